import { Check, Copy, RotateCw, ThumbsDown, ThumbsUp } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useChat, useConversation } from './context';
import { ItemView } from './items/ItemView';
import { useStore } from './store';
import { hasAnswer, ratedItems, type Turn as TurnData, textOfTurn } from './turns';
import { useCopy } from './use-copy';
import { useRefusal } from './use-refusal';

type Props = { turn: TurnData; open: ReadonlySet<string>; running: boolean };

export function Turn({ turn, open, running }: Props) {
  return (
    <section className="turn">
      {turn.question && <ItemView item={turn.question} streaming={false} />}
      {turn.items.map((item) => (
        <ItemView key={item.id} item={item} streaming={running && open.has(item.id)} />
      ))}
      {!running && hasAnswer(turn) && <TurnActions turn={turn} />}
    </section>
  );
}

function TurnActions({ turn }: { turn: TurnData }) {
  const conversation = useConversation();
  const { threadItemActions } = useStore(useChat().options);
  const refusal = useRefusal(conversation);
  const text = textOfTurn(turn);
  const { copied, copy } = useCopy();
  const question = turn.question?.id;
  return (
    <div className="turn-actions" role="toolbar" aria-label="Answer actions">
      {text && (
        <ActionButton label="Copy" onClick={() => copy(text)}>
          {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
        </ActionButton>
      )}
      {threadItemActions?.feedback && <Feedback turn={turn} />}
      {threadItemActions?.retry && question && (
        <ActionButton
          label="Retry"
          disabled={refusal !== null}
          onClick={() => void conversation.retry(question)}
        >
          <RotateCw size={16} aria-hidden />
        </ActionButton>
      )}
    </div>
  );
}

function Feedback({ turn }: { turn: TurnData }) {
  const conversation = useConversation();
  const [given, setGiven] = useState<'positive' | 'negative' | null>(null);
  const give = async (kind: 'positive' | 'negative') => {
    if (kind === given) return;
    setGiven(kind);
    if (!(await conversation.feedback(ratedItems(turn), kind))) setGiven(null);
  };
  return (
    <>
      <ActionButton
        label="Good response"
        pressed={given === 'positive'}
        onClick={() => void give('positive')}
      >
        <ThumbsUp size={16} aria-hidden fill={given === 'positive' ? 'currentColor' : 'none'} />
      </ActionButton>
      <ActionButton label="Bad response" pressed={given === 'negative'} onClick={() => void give('negative')}>
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
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
