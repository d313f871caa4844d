import { ArrowDown } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { ConversationContext, useChat } from './context';
import type { Conversation } from './conversation';
import { Notices, Progress, TroubleNote } from './Status';
import { useStore } from './store';
import { Turn } from './Turn';
import { turnsOf } from './turns';
import { useScroll } from './use-scroll';

const NEAR_TOP = 240;

export function ThreadView({ conversation }: { conversation: Conversation }) {
  const { thread } = useStore(useChat().options);
  const { items, open, older, progress, notices, trouble } = useStore(conversation.state);
  const busy = useStore(conversation.busy);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const turns = useMemo(() => turnsOf(items), [items]);
  const { away, toEnd, onScroll } = useScroll(
    { scroller, content },
    thread?.autoScroll ?? false,
    turns[0]?.id,
  );

  const lastQuestion = turns.at(-1)?.question?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new question is the reason to scroll
  useEffect(() => toEnd(), [toEnd, lastQuestion]);

  const scrolled = () => {
    onScroll();
    if (older && (scroller.current?.scrollTop ?? NEAR_TOP) < NEAR_TOP) void conversation.loadOlder();
  };

  const last = items.at(-1);
  const waiting = busy && (last?.type === 'user_message' || progress !== null || !last);
  return (
    <ConversationContext value={conversation}>
      <div className="thread" ref={scroller} onScroll={scrolled}>
        <div className="column" ref={content}>
          {older && (
            <button type="button" className="button load-older" onClick={() => void conversation.loadOlder()}>
              Show earlier messages
            </button>
          )}
          <div className="log" role="log" aria-live="polite" aria-busy={busy} aria-label="Conversation">
            {turns.map((turn, at) => (
              <Turn
                key={turn.question?.id ?? turn.id}
                turn={turn}
                open={open}
                running={busy && at === turns.length - 1}
              />
            ))}
          </div>
          {waiting && <Progress progress={progress} />}
          <Notices notices={notices} />
          {trouble && <TroubleNote trouble={trouble} conversation={conversation} />}
        </div>
      </div>
      {away && (
        <button
          type="button"
          className="to-latest"
          aria-label="Jump to latest"
          title="Jump to latest"
          onClick={() => toEnd('smooth')}
        >
          <ArrowDown size={16} aria-hidden />
        </button>
      )}
    </ConversationContext>
  );
}
