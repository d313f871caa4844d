import { RotateCw, Share, ThumbsDown, ThumbsUp } from 'lucide-react';
import { memo, type Ref, useState } from 'react';
import { useText } from '../../language/language';
import type { BranchPlace } from '../../protocol/thread-extras';
import type { AnswerEnding } from '../../protocol/thread-state';
import type { ThreadItem } from '../../protocol/types';
import { Versions } from '../branches/Versions';
import { useChat, useConversation } from '../context';
import { useBlockedReason } from '../conversation/use-blocked-reason';
import { ItemView } from '../items/ItemView';
import { useStore } from '../store';
import { ActionButton, CopyButton } from './ActionButton';
import { QuestionActions } from './QuestionActions';
import { FailureNote, Stopped } from './Status';
import { hasAnswer, ratedItems, type Turn, textOfTurn } from './turns';

type Props = {
  turn: Turn;
  /** Ids of the items that the stream has opened and not yet closed. */
  openItems: ReadonlySet<string>;
  running: boolean;
  isLast: boolean;
  /** Of an answer that is not whole. */
  ending?: AnswerEnding;
  /** Where other versions stand behind its message, and behind its answer. */
  questionPlace?: BranchPlace;
  answerPlace?: BranchPlace;
  ref: Ref<HTMLElement>;
};

/** Drawn anew only when something in it changed: a thread has many of them, and a word is added to one. */
export const TurnView = memo(function TurnView(props: Props) {
  const { turn, openItems, running, isLast, ending, questionPlace, answerPlace, ref } = props;
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
          <QuestionActions question={question} place={questionPlace} />
        </div>
      )}
      {items.slice(0, end).map(drawn)}
      {ending && <EndingView ending={ending} question={question?.id} />}
      {items.slice(end).map(drawn)}
      {!running && (hasAnswer(turn) || ending?.failure === null || answerPlace) && (
        <TurnActions turn={turn} retries={isLast || ending !== undefined} place={answerPlace} />
      )}
    </section>
  );
});

function EndingView({ ending: { failure }, question }: { ending: AnswerEnding; question?: string }) {
  const conversation = useConversation();
  if (!failure) return <Stopped />;
  return <FailureNote failure={failure} conversation={conversation} question={question} />;
}

type ActionsProps = { turn: Turn; retries: boolean; place?: BranchPlace };

/** `retries`: a whole answer with others after it is no longer replaced, as they would go with it. */
function TurnActions({ turn, retries, place }: ActionsProps) {
  const { message, share } = useText();
  const conversation = useConversation();
  const chat = useChat();
  const { threadItemActions } = useStore(chat.options);
  const blockedReason = useBlockedReason(conversation);
  const canShare = useStore(conversation.sharing.isKnown);
  const text = textOfTurn(turn);
  const question = turn.question?.id;
  const newest = turn.items.at(-1)?.id;
  return (
    <div className="turn-actions" role="toolbar" aria-label={message.actions}>
      {place && <Versions place={place} />}
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
      {canShare && newest && (
        <ActionButton
          label={share.upToHere}
          onClick={() => conversation.sharing.dialog.set({ until: newest })}
        >
          <Share size={16} aria-hidden />
        </ActionButton>
      )}
    </div>
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
