import { ArrowDown } from 'lucide-react';
import { type MouseEvent, useEffect, useMemo, useRef } from 'react';
import { ConversationContext, useChat } from './context';
import type { Conversation } from './conversation';
import { ImageDomainsContext } from './images';
import { Notices, Progress, Reconnecting, TroubleNote } from './Status';
import { useStore } from './store';
import { Turn } from './Turn';
import { turnsOf } from './turns';
import { useScroll } from './use-scroll';

const NEAR_TOP = 240;
const AWAITED = { text: 'Waiting for the rest of this answer…' };

/** What a click unfolds should be seen where it is, not pushed out of sight by the end of the thread. */
const holdForClick = (hold: () => void) => (event: MouseEvent) => {
  if (event.target instanceof Element && event.target.closest('.widget, .workflow')) hold();
};

export function ThreadView({ conversation }: { conversation: Conversation }) {
  const { thread } = useStore(useChat().options);
  const state = useStore(conversation.state);
  const { items, open, older, progress, notices, trouble, awaited, disconnected } = state;
  const busy = useStore(conversation.busy);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const turns = useMemo(() => turnsOf(items), [items]);
  const { away, toEnd, hold, onScroll } = useScroll(
    { scroller, content },
    thread?.autoScroll ?? false,
    turns[0]?.id,
  );

  const lastQuestion = turns.at(-1)?.question?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new question is the reason to scroll
  useEffect(() => toEnd(), [toEnd, lastQuestion]);

  const scrolled = () => {
    onScroll();
    // After a failure only the button asks again: scrolling would ask without end.
    if (older && !trouble && (scroller.current?.scrollTop ?? NEAR_TOP) < NEAR_TOP)
      void conversation.loadOlder();
  };

  // Between a widget and the words about it nothing moves, and yet there is more to come.
  const silent = open.size === 0 && items.at(-1)?.type !== 'assistant_message';
  const waiting = busy && !disconnected && (silent || progress !== null);
  return (
    <ConversationContext value={conversation}>
      <ImageDomainsContext value={state.thread?.allowed_image_domains ?? null}>
        <div className="thread" ref={scroller} onScroll={scrolled}>
          <div className="column" ref={content} onClickCapture={holdForClick(hold)}>
            {older && (
              <button
                type="button"
                className="button load-older"
                onClick={() => void conversation.loadOlder()}
              >
                Show earlier messages
              </button>
            )}
            <div className="log" role="log" aria-live="polite" aria-busy={busy} aria-label="Conversation">
              {turns.map((turn, at) => (
                <Turn
                  key={turn.question?.id ?? turn.id}
                  turn={turn}
                  open={open}
                  running={(busy || awaited) && at === turns.length - 1}
                />
              ))}
            </div>
            {disconnected && <Reconnecting />}
            {waiting && <Progress progress={progress} />}
            {awaited && <Progress progress={AWAITED} />}
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
      </ImageDomainsContext>
    </ConversationContext>
  );
}
