/*
 * Widgets that stay up to date by themselves. The server names the types of actions that it wants to be sent again
 * and again (`X-Refresh`); a widget that offers one of them is refreshed while the user can see it. What is
 * sent is the action of a button of the widget, so a click does the same, also in a chat frame of another make.
 *
 * Invariant: a refresh is unnoticed. It never comes between a user's own action and its outcome, nor between two
 * parts of an answer, and what fails is tried again later without a word.
 */
import { type RefObject, useEffect, useRef } from 'react';
import type { ActionConfig, WidgetItem, WidgetNode } from '../../protocol/types';
import { actionOf, isNode } from '../../widgets/read-props';
import { childrenOf, DEEPEST } from '../../widgets/reading/words';
import type { Conversation } from '../conversation/conversation';
import { useStore } from '../store';

/** While something is in the way, such as an answer that comes in. */
const RETRY_MS = 1_000;
/** How much longer than usual it waits, at most, when the server is away. */
const LONGEST_BACKOFF = 16;
/** In ms. A browser that is to wait longer does not wait at all. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** `box`: what must be in view. */
export function useRefresh(item: WidgetItem, conversation: Conversation, box: RefObject<HTMLElement | null>) {
  const refresher = useRef<Refresher | null>(null);
  const { id } = item;
  useEffect(() => {
    if (!box.current || typeof IntersectionObserver === 'undefined') return;
    const watching = new Refresher(conversation, id);
    refresher.current = watching;
    return watching.watch(box.current);
  }, [conversation, id, box]);
  const isOpen = useStore(conversation.state, isOpenThread);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each of them is a reason to look again
  useEffect(() => refresher.current?.wake(), [item, isOpen]);
}

class Refresher {
  #inView = false;
  #sending = false;
  #refused: WidgetNode | null = null;
  #backoff = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #displayed: WidgetNode | undefined;
  /** When the widget was as it is displayed: a stored one may be of any age. */
  #asOf = 0;

  constructor(
    private readonly conversation: Conversation,
    private readonly id: string,
  ) {
    const item = this.#item();
    this.#displayed = item?.widget;
    this.#asOf = Math.min(Date.now(), Date.parse(item?.created_at ?? '') || 0);
  }

  watch(box: HTMLElement): () => void {
    const wake = () => this.wake();
    const observer = new IntersectionObserver((entries) => {
      this.#inView = entries.at(-1)?.isIntersecting ?? false;
      wake();
    });
    observer.observe(box);
    document.addEventListener('visibilitychange', wake);
    const { lastOutcome } = this.conversation;
    const unsubscribe = lastOutcome.subscribe(() => {
      // What was done elsewhere may show in this one.
      if (this.#asOf < lastOutcome.value) this.#asOf = 0;
      wake();
    });
    return () => {
      this.#inView = false;
      clearTimeout(this.#timer);
      observer.disconnect();
      document.removeEventListener('visibilitychange', wake);
      unsubscribe();
    };
  }

  wake() {
    clearTimeout(this.#timer);
    const item = this.#item();
    if (!item) return;
    this.#notice(item.widget);
    const offered = this.#offered(item);
    if (!offered || !this.#inView || document.visibilityState === 'hidden') return;
    const due = this.#asOf + offered.every * 1_000 * this.#backoff;
    const wait = Math.min(Math.max(0, due - Date.now()), LONGEST_TIMER);
    this.#timer = setTimeout(() => void this.#refresh(offered.action), wait);
  }

  async #refresh(action: ActionConfig) {
    const item = this.#item();
    if (!item || item.widget !== this.#displayed) return this.wake();
    if (this.#sending || this.conversation.isBusy) {
      this.#timer = setTimeout(() => this.wake(), RETRY_MS);
      return;
    }
    this.#sending = true;
    this.#asOf = Date.now();
    const outcome = await this.conversation.refreshWidget(action, item);
    this.#sending = false;
    this.#backoff = outcome === 'failed' ? Math.min(this.#backoff * 2, LONGEST_BACKOFF) : 1;
    if (outcome === 'refused') this.#refused = item.widget;
    this.#displayed = this.#item()?.widget;
    this.wake();
  }

  #item(): WidgetItem | undefined {
    const item = this.conversation.state.value.items.find(({ id }) => id === this.id);
    return item?.type === 'widget' ? item : undefined;
  }

  #notice(widget: WidgetNode) {
    if (widget === this.#displayed) return;
    this.#displayed = widget;
    this.#asOf = Date.now();
  }

  #offered({ widget }: WidgetItem): { action: ActionConfig; every: number } | null {
    if (!isOpenThread(this.conversation.state.value) || widget === this.#refused || !isNode(widget))
      return null;
    return find(widget, (action) => {
      const every = isRefreshing(action) ? this.conversation.refreshInterval(action.type) : undefined;
      return every === undefined ? null : { action, every };
    });
  }
}

const isOpenThread = ({ thread }: Conversation['state']['value']) =>
  (thread?.status?.type ?? 'active') === 'active';

const isRefreshing = ({ handler, streaming }: ActionConfig) => handler !== 'client' && streaming === false;

/** The first action of a button for which `choose` has something. */
function find<T>(node: WidgetNode, choose: (action: ActionConfig) => T | null, depth = 0): T | null {
  if (depth > DEEPEST) return null;
  const action = actionOf(node.onClickAction);
  const chosen = action && choose(action);
  if (chosen) return chosen;
  for (const child of childrenOf(node)) {
    const found = find(child, choose, depth + 1);
    if (found) return found;
  }
  return null;
}
