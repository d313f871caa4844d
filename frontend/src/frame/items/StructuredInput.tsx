import { type FormEvent, useState } from 'react';
import type { StructuredInput as Question, StructuredInputItem } from '../../protocol/types';
import { useConversation } from '../context';
import { useStore } from '../store';

type Answers = Record<string, { values: string[]; skipped: boolean }>;

export function StructuredInput({ item }: { item: StructuredInputItem }) {
  return item.status === 'pending' ? <Pending item={item} /> : <Answered item={item} />;
}

function Pending({ item }: { item: StructuredInputItem }) {
  const conversation = useConversation();
  const busy = useStore(conversation.busy);
  const [incomplete, setIncomplete] = useState(false);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const answers = answersFrom(item.inputs, new FormData(event.currentTarget));
    const given = Object.values(answers).some((answer) => !answer.skipped);
    setIncomplete(!given);
    if (given) void conversation.answer(item.id, answers);
  };

  return (
    <form className="questions" onSubmit={submit} inert={busy}>
      {item.inputs.map((question) => (
        <QuestionFields key={question.id} question={question} />
      ))}
      {incomplete && <p role="alert">Answer at least one question, or skip.</p>}
      <footer>
        <button type="button" className="button" onClick={() => void conversation.answer(item.id, null)}>
          Skip
        </button>
        <button type="submit" className="button primary">
          Continue
        </button>
      </footer>
    </form>
  );
}

function QuestionFields({ question }: { question: Question }) {
  if (question.type === 'freeform') {
    return (
      <label className="question">
        <span className="question-text">{question.question}</span>
        {question.description && <small>{question.description}</small>}
        <textarea className="field" name={question.id} rows={2} />
      </label>
    );
  }
  return (
    <fieldset className="question">
      <legend className="question-text">{question.question}</legend>
      {question.options.map(({ value }) => (
        <label key={value} className="choice">
          <input type={question.multiple ? 'checkbox' : 'radio'} name={question.id} value={value} />
          <span>{value}</span>
        </label>
      ))}
      <input
        className="field"
        name={`${question.id}:other`}
        placeholder="Something else"
        aria-label="Something else"
      />
    </fieldset>
  );
}

function answersFrom(questions: Question[], form: FormData): Answers {
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

function Answered({ item }: { item: StructuredInputItem }) {
  if (item.status === 'skipped') return <p className="note">Questions skipped</p>;
  return (
    <dl className="answers">
      {item.inputs.map(({ id, question, answer }) => (
        <div key={id}>
          <dt>{question}</dt>
          <dd>{answer?.values.length ? answer.values.join(', ') : 'Skipped'}</dd>
        </div>
      ))}
    </dl>
  );
}
