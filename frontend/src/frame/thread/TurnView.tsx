import { Check, Copy, RotateCw, ThumbsDown, ThumbsUp } from 'lucide-react';
import { memo, type ReactNode, type Ref, useState } from 'react';
import { useText } from '../../language/language';
import type { AnswerEnding } from '../../protocol/thread-state';
import type { ThreadItem } from '../../protocol/types';
import { useCopy } from '../../ui/use-copy';
import { useChat, useConversation } from '../context';
import { useBlockedReason } from '../conversation/use-blocked-reason';
import { ItemView } from '../items/ItemView';
import { useStore } from '../store';
import { FailureNote, Stopped } from './Status';
import { hasAnswer, ratedItems, type Turn, textOfQuestion, textOfTurn } from './turns';

type Props = {
  turn: Turn;
  /** Ids of the items that the stream has opened and not yet closed. */
  openItems: ReadonlySet<string>;
  running: boolean;
  isLast: boolean;
  /** Of an answer that is not whole. */
  ending?: AnswerEnding;
  ref: Ref<HTMLElement>;
};

/** Drawn anew only when something in it changed: a thread has many of them, and a word is added to one. */
export const TurnView = memo(function TurnView({ turn, openItems, running, isLast, ending, ref }: Props) {
  const { question, items } = turn;
  const end = items.findIndex(({ id }) => id === ending?.after) + 1 || items.length;
  const drawn = (item: ThreadItem) => (
    <ItemView key={item.id} item={item} streaming={running && openItems.has(item.id)} running={running} />
  );
  return (
    <section className="turn" ref={ref}>
      {question && (
        <div className="turn-question">
          <ItemView item={question} streaming={false} running={false} />
          <QuestionActions text={textOfQuestion(question)} />
        </div>
      )}
      {items.slice(0, end).map(drawn)}
      {ending && <EndingView ending={ending} question={question?.id} />}
      {items.slice(end).map(drawn)}
      {!running && (hasAnswer(turn) || ending?.failure === null) && (
        <TurnActions turn={turn} retries={isLast || ending !== undefined} />
      )}
    </section>
  );
});

function EndingView({ ending: { failure }, question }: { ending: AnswerEnding; question?: string }) {
  const conversation = useConversation();
  if (!failure) return <Stopped />;
  return <FailureNote failure={failure} conversation={conversation} question={question} />;
}

function QuestionActions({ text }: { text: string }) {
  const { message } = useText();
  return text ? (
    <div className="question-actions">
      <CopyButton label={message.copyQuestion} text={text} />
    </div>
  ) : null;
}

/** `retries`: a whole answer with others after it is no longer replaced, as they would go with it. */
function TurnActions({ turn, retries }: { turn: Turn; retries: boolean }) {
  const { message } = useText();
  const conversation = useConversation();
  const chat = useChat();
  const { threadItemActions } = useStore(chat.options);
  const blockedReason = useBlockedReason(conversation);
  const text = textOfTurn(turn);
  const question = turn.question?.id;
  return (
    <div className="turn-actions" role="toolbar" aria-label={message.actions}>
      {text && <CopyButton label={message.copy} text={text} />}
      {threadItemActions?.feedback && <Feedback turn={turn} />}
      {threadItemActions?.retry && retries && question && (
        <ActionButton
          label={message.retry}
          disabled={blockedReason !== null}
          onClick={() => {
            chat.moveOn();
            void conversation.retry(question);
          }}
        >
          <RotateCw size={16} aria-hidden />
        </ActionButton>
      )}
    </div>
  );
}

function CopyButton({ label, text }: { label: string; text: string }) {
  const { message } = useText();
  const { copied, copy } = useCopy();
  return (
    <>
      <ActionButton label={label} onClick={() => copy(text)}>
        {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
      </ActionButton>
      <span className="visually-hidden" role="status">
        {copied && message.copied}
      </span>
    </>
  );
}

function Feedback({ turn }: { turn: Turn }) {
  const { message } = useText();
  const conversation = useConversation();
  const [given, setGiven] = useState<'positive' | 'negative' | null>(null);
  const give = async (kind: 'positive' | 'negative') => {
    if (kind === given) return;
    setGiven(kind);
    if (!(await conversation.feedback(ratedItems(turn), kind))) setGiven(null);
  };
  return (
    <>
      <ActionButton label={message.good} pressed={given === 'positive'} onClick={() => void give('positive')}>
        <ThumbsUp size={16} aria-hidden fill={given === 'positive' ? 'currentColor' : 'none'} />
      </ActionButton>
      <ActionButton label={message.bad} pressed={given === 'negative'} onClick={() => void give('negative')}>
        <ThumbsDown size={16} aria-hidden fill={given === 'negative' ? 'currentColor' : 'none'} />
      </ActionButton>
    </>
  );
}

type ActionProps = {
  label: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
};

function ActionButton({ label, pressed, disabled, onClick, children }: ActionProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      aria-disabled={disabled || undefined}
      onClick={() => disabled || onClick()}
    >
      {children}
    </button>
  );
}
