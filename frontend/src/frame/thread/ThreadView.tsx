import { ArrowDown, LoaderCircle } from 'lucide-react';
import { type MouseEvent, type ReactNode, useDeferredValue, useEffect, useMemo, useRef } from 'react';
import { useText } from '../../language/language';
import { failureOf, isPolling, isResponding } from '../../protocol/response-status';
import { isPending } from '../../protocol/thread-state';
import type { ThreadItem } from '../../protocol/types';
import { ImageDomainsContext, OwnOriginsContext } from '../../ui/image-sources';
import { type LinkPolicy, LinkPolicyContext } from '../../ui/link-policy';
import { useNarration } from '../announcements/use-narration';
import { isOfAnother, placesByTurn } from '../branches/branches';
import { ConversationContext, useChat } from '../context';
import type { Conversation } from '../conversation/conversation';
import { linkPolicyOf } from '../conversation/link-policy';
import { Disclaimer } from '../Disclaimer';
import { useStore } from '../store';
import { QuoteButton } from './QuoteButton';
import { ScrollAnchor } from './ScrollAnchor';
import { FailureNote, Notices, Progress, Reconnecting } from './Status';
import { TurnView } from './TurnView';
import { type Turn, turnsOf } from './turns';
import { useAutoScroll } from './use-auto-scroll';
import { useContentVisibility } from './use-content-visibility';

/** Older items are asked for this far before their place is on the screen, in heights of the screen. */
const AHEAD = 1.5;
const NONE: ReadonlySet<string> = new Set();

const originOf = (url: string, base: string) => new URL(url, base).origin;

/** What a click unfolds should be seen where it is, not pushed out of sight by the end of the thread. */
const holdForClick = (hold: () => void) => (event: MouseEvent) => {
  if (event.target instanceof Element && event.target.closest('.widget, .workflow, .bubble, .sources'))
    hold();
};

export function ThreadView({ conversation }: { conversation: Conversation }) {
  const text = useText();
  const chat = useChat();
  const { thread: option, api } = useStore(chat.options);
  const { thread, items, older, loadingOlder, notices, status, endings } = useStore(conversation.state);
  const failure = failureOf(status);
  const responding = isResponding(status);
  const polling = isPolling(status);
  const {
    openItems = NONE,
    progress = null,
    isDisconnected = false,
  } = status.type === 'streaming' ? status : {};
  const serverOrigins = useMemo(
    () => (api && 'url' in api ? [originOf(api.url, chat.base)] : []),
    [api, chat],
  );
  const linkPolicy = useMemo(
    () => linkPolicyOf(conversation, [...serverOrigins, chat.hostOrigin]),
    [conversation, serverOrigins, chat],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const column = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const log = useRef<HTMLDivElement>(null);
  useNarration(conversation, log);
  const { turns, more } = useDisplayedTurns(items, older !== null);
  const { places } = useStore(conversation.branches.state);
  const placesOf = useMemo(() => placesByTurn(items, places), [items, places]);
  const { away, news, toEnd, hold, onScroll } = useAutoScroll(
    { scroller, column, content },
    {
      follow: option?.autoScroll ?? false,
      asked: conversation.asked,
      asking: items.some(isPending),
      brought: useStore(conversation.broughtByClick),
      latest: failure ?? items.at(-1),
    },
  );
  const turnRef = useContentVisibility(scroller);

  // After a failure only the button asks again: scrolling would ask without end.
  const loadAhead = () => {
    const box = scroller.current;
    if (box?.clientHeight && older && !failure && box.scrollTop < box.clientHeight * AHEAD) {
      void conversation.loadOlder();
    }
  };
  // A page of older items may be shorter than the screen, and the user may be waiting at the top for the next one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page is the reason to look again
  useEffect(loadAhead, [older]);

  // Between a widget and the words about it nothing moves, and yet there is more to come.
  const idle = openItems.size === 0 && items.at(-1)?.type !== 'assistant_message';
  const waiting = responding && !isDisconnected && (idle || progress !== null);
  return (
    <ConversationContext value={conversation}>
      <TextPolicies domains={thread?.allowed_image_domains} origins={serverOrigins} links={linkPolicy}>
        <div
          className="thread"
          ref={scroller}
          tabIndex={-1}
          onScroll={() => {
            onScroll();
            loadAhead();
          }}
        >
          <div className="column" ref={column} onClickCapture={holdForClick(hold)}>
            <div ref={content}>
              <ScrollAnchor scroller={scroller} content={content} turns={turns}>
                {more && (
                  <button
                    type="button"
                    className="button load-older"
                    aria-disabled={loadingOlder}
                    onClick={() => void conversation.loadOlder()}
                  >
                    {loadingOlder && <LoaderCircle className="spin" size={14} aria-hidden />}
                    {loadingOlder ? text.thread.loadingOlder : text.thread.older}
                  </button>
                )}
                <div
                  className="log"
                  ref={log}
                  role="log"
                  // What comes in is announced by useNarration: a screen reader would read a paragraph anew with each word.
                  aria-live="off"
                  aria-label={text.thread.label}
                >
                  {turns.map((turn, at) => {
                    const isLast = at === turns.length - 1;
                    const running = (responding || polling) && isLast;
                    const places = placesOf.get(turn.question?.id ?? '');
                    const ended = endings[turn.question?.id ?? ''];
                    const ending = ended && isOfAnother(ended, places, items) ? undefined : ended;
                    return (
                      <TurnView
                        key={turn.question?.id ?? turn.id}
                        // What has just failed stands below everything.
                        ending={ending?.failure && ending.failure === failure ? undefined : ending}
                        ref={turnRef}
                        turn={turn}
                        questionPlace={places?.question}
                        answerPlace={places?.answer}
                        openItems={running ? openItems : NONE}
                        running={running}
                        isLast={isLast}
                      />
                    );
                  })}
                </div>
              </ScrollAnchor>
              {isDisconnected && <Reconnecting />}
              {waiting && <Progress progress={progress} />}
              {polling && <Progress progress={{ text: text.thread.polling }} />}
              <Notices notices={notices} />
              {failure && <FailureNote failure={failure} conversation={conversation} />}
              <Disclaimer scrolls />
            </div>
          </div>
        </div>
        <QuoteButton scroller={scroller} />
        {away && (
          <button
            type="button"
            className={news ? 'to-latest news' : 'to-latest'}
            aria-label={text.thread.latest}
            title={text.thread.latest}
            onClick={() => toEnd('smooth')}
          >
            <ArrowDown size={16} aria-hidden />
          </button>
        )}
      </TextPolicies>
    </ConversationContext>
  );
}

type Policies = {
  domains: string[] | null | undefined;
  origins: string[];
  links: LinkPolicy;
  children: ReactNode;
};

/** What the texts of this thread may load and open. */
const TextPolicies = ({ domains, origins, links, children }: Policies) => (
  <ImageDomainsContext value={domains ?? null}>
    <OwnOriginsContext value={origins}>
      <LinkPolicyContext value={links}>{children}</LinkPolicyContext>
    </OwnOriginsContext>
  </ImageDomainsContext>
);

/**
 * What is added to an answer is displayed at once. A page of older turns is drawn little by little before that: the
 * user is scrolling meanwhile. `more`: there are older ones than these.
 */
function useDisplayedTurns(items: ThreadItem[], more: boolean) {
  const before = useRef<Turn[]>([]);
  const latest = useMemo(() => ({ turns: turnsOf(items, before.current), more }), [items, more]);
  useEffect(() => {
    before.current = latest.turns;
  }, [latest]);
  const ready = useDeferredValue(latest);
  const onlyOlder =
    latest.turns[0] !== ready.turns[0] &&
    latest.turns.length > 1 &&
    latest.turns.at(-1) === ready.turns.at(-1);
  return onlyOlder ? ready : latest;
}
