import type { StructuredAnswer, StructuredQuestion } from '../../protocol/types';

export type Answers = Record<string, Required<StructuredAnswer>>;

/** What was filled in, by question. */
export function answersFrom(questions: StructuredQuestion[], form: FormData): Answers {
  return Object.fromEntries(
    questions.map((question) => {
      const other = String(form.get(`${question.id}:other`) ?? '').trim();
      const chosen = form
        .getAll(question.id)
        .map((value) => String(value).trim())
        .filter(Boolean);
      const single = question.type === 'multiple_choice' && !question.multiple;
      // What was written by hand outweighs a single choice made before it.
      const values = single ? [other || chosen[0] || ''].filter(Boolean) : [...chosen, other].filter(Boolean);
      return [question.id, { values, skipped: values.length === 0 }];
    }),
  );
}
