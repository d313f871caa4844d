import { CircleCheck } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from 'react';
import { useText } from '../../language/language';
import type { StructuredInputItem, StructuredQuestion } from '../../protocol/types';
import { isComposing } from '../composer/replace-range';
import { useChat, useConversation } from '../context';
import { useBlockedReason } from '../conversation/use-blocked-reason';
import { type Answers, answersFrom } from './structured-answers';

export function StructuredInput({ item }: { item: StructuredInputItem }) {
  return item.status === 'pending' ? <Pending item={item} /> : <Answered item={item} />;
}

function Pending({ item }: { item: StructuredInputItem }) {
  const text = useText();
  const chat = useChat();
  const conversation = useConversation();
  const blockedReason = useBlockedReason(conversation);
  const [incomplete, setIncomplete] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const blocked = blockedReason !== null || undefined;

  const answer = (answers: Answers | null) => {
    if (blocked) return;
    chat.moveOn();
    void conversation.answer(item.id, answers);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (blockedReason !== null) return;
    const answers: Answers = answersFrom(item.inputs, new FormData(event.currentTarget));
    const given = Object.values(answers).some((answer) => !answer.skipped);
    setIncomplete(!given);
    if (given) answer(answers);
    else form.current?.querySelector<HTMLElement>('input, textarea')?.focus();
  };

  return (
    <form
      ref={form}
      className="questions"
      onSubmit={submit}
      onChange={() => setIncomplete(false)}
      data-blocked={blocked && ''}
    >
      {item.inputs.map((question) => (
        <QuestionFields key={question.id} question={question} />
      ))}
      <footer>
        <p role="alert">{incomplete && text.questions.needed}</p>
        <button type="button" className="button" aria-disabled={blocked} onClick={() => answer(null)}>
          {text.questions.skip}
        </button>
        <button
          type="submit"
          className="button primary"
          aria-disabled={blocked}
          title={blockedReason ?? undefined}
        >
          {text.questions.continue}
        </button>
      </footer>
    </form>
  );
}

function QuestionFields({ question }: { question: StructuredQuestion }) {
  return question.type === 'freeform' ? <Freeform question={question} /> : <Choice question={question} />;
}

function Freeform({ question }: { question: Extract<StructuredQuestion, { type: 'freeform' }> }) {
  const chat = useChat();
  const about = useId();
  // As in the composer: Enter goes on, Shift+Enter breaks the line.
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return;
    if (chat.enterKey.value === 'newline') return;
    event.preventDefault();
    event.currentTarget.form?.requestSubmit();
  };
  return (
    <label className="question">
      <span className="question-text" dir="auto">
        {question.question}
      </span>
      {question.description && (
        <small id={about} dir="auto">
          {question.description}
        </small>
      )}
      <textarea
        className="field"
        name={question.id}
        rows={2}
        dir="auto"
        aria-describedby={question.description ? about : undefined}
        onKeyDown={onKeyDown}
      />
    </label>
  );
}

function Choice({ question }: { question: Extract<StructuredQuestion, { type: 'multiple_choice' }> }) {
  const text = useText();
  return (
    <fieldset className="question">
      <legend className="question-text" dir="auto">
        {question.question}
      </legend>
      <div className="choices">
        {question.options.map(({ value }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a server may offer the same words twice
          <label key={at} className="choice">
            <input type={question.multiple ? 'checkbox' : 'radio'} name={question.id} value={value} />
            <span dir="auto">{value}</span>
          </label>
        ))}
        <input
          className="field"
          name={`${question.id}:other`}
          placeholder={text.questions.other}
          aria-label={`${text.questions.other}: ${question.question}`}
          dir="auto"
        />
      </div>
    </fieldset>
  );
}

function Answered({ item }: { item: StructuredInputItem }) {
  const text = useText();
  if (item.status === 'skipped') return <p className="note">{text.questions.allSkipped}</p>;
  return (
    <dl className="answers">
      {item.inputs.map(({ id, question, answer }) => (
        <div key={id}>
          <CircleCheck size={16} aria-hidden data-given={answer?.values.length ? '' : undefined} />
          <dt dir="auto">{question}</dt>
          <dd dir="auto">{answer?.values.length ? answer.values.join(', ') : text.questions.skipped}</dd>
        </div>
      ))}
    </dl>
  );
}
