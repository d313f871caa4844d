import { endStream, type Failure, type ResponseStatus, ready, submit, withFailure } from './response-status';
import type { NoticeEvent, Page, Thread, ThreadItem, ThreadMetadata, UserMessageItem } from './types';

export type ThreadState = {
  thread: ThreadMetadata | null;
  items: ThreadItem[];
  /** Cursor for items older than the first one here; null when that is the beginning of the thread. */
  older: string | null;
  loadingOlder: boolean;
  /** Of the last answer. */
  notices: NoticeEvent[];
  status: ResponseStatus;
  /** How answers ended that are not whole, by the message that was answered. */
  endings: Readonly<Record<string, AnswerEnding>>;
};

/** `after`: the item behind which it happened. `failure`: null where the user stopped the answer. */
export type AnswerEnding = { after: string | null; failure: Failure | null };

export const emptyThread: ThreadState = {
  thread: null,
  items: [],
  older: null,
  loadingOlder: false,
  notices: [],
  status: ready,
  endings: {},
};

const PENDING = 'pending:';
let sent = 0;
export const isPending = (item: ThreadItem) => item.id.startsWith(PENDING);

export function fromThread(thread: Thread): ThreadState {
  const { items, ...metadata } = thread;
  return { ...emptyThread, thread: metadata, items: items.data, older: olderCursor(items) };
}

const olderCursor = (page: Page<ThreadItem>) => (page.has_more ? (page.after ?? null) : null);

/** `page` comes newest first, as items.list answers with order "desc". */
export function withOlder(state: ThreadState, page: Page<ThreadItem>): ThreadState {
  const known = new Set(state.items.map((item) => item.id));
  const older = page.data.filter((item) => !known.has(item.id)).reverse();
  return { ...state, items: [...older, ...state.items], older: olderCursor(page) };
}

/**
 * The newest items as the server had them; `page` comes newest first. What was there before them stays, and so does
 * text that was seen streaming, until the server has the whole answer.
 *
 * `asked`: the items as they were when the page was asked for. What an answer or a click has changed, added or removed
 * since is newer than the page.
 */
export function withNewest(state: ThreadState, page: Page<ThreadItem>, asked = state.items): ThreadState {
  const then = new Map(asked.map((item) => [item.id, item]));
  const now = new Map(state.items.map((item) => [item.id, item]));
  const isRemoved = ({ id }: ThreadItem) => then.has(id) && !now.has(id);
  const isNewer = (item: ThreadItem) => then.get(item.id) !== item;
  const newest = page.data
    .toReversed()
    .filter((item) => !isRemoved(item))
    .map((item) => {
      const own = now.get(item.id);
      return own && isNewer(own) ? own : item;
    });
  const known = new Set(newest.map((item) => item.id));
  const from = state.items.findIndex((item) => known.has(item.id));
  const before = from < 0 ? state.items : state.items.slice(0, from);
  const kept = before.filter((item) => !isPending(item));
  const answered = newest.at(-1)?.type === 'assistant_message';
  const after = state.items
    .slice(kept.length)
    .filter(
      (item) =>
        isPending(item) ||
        (!known.has(item.id) && (isNewer(item) || (!answered && item.type === 'assistant_message'))),
    );
  return { ...state, items: [...kept, ...newest, ...after] };
}

/** Adds what the user sent at once, until the server's own copy of it arrives. */
export function withPendingMessage(
  state: ThreadState,
  message: Omit<UserMessageItem, 'id' | 'thread_id' | 'created_at'>,
): ThreadState {
  const pending: UserMessageItem = {
    ...message,
    id: PENDING + ++sent,
    thread_id: state.thread?.id ?? '',
    created_at: new Date().toISOString(),
  };
  return { ...withRequest(state), items: [...state.items, pending] };
}

export function withoutPending(state: ThreadState): ThreadState {
  return { ...state, items: state.items.filter((item) => !isPending(item)) };
}

/** For a new request; `failure`: one that is to stay visible meanwhile. */
export function withRequest(state: ThreadState, failure: Failure | null = null): ThreadState {
  return { ...state, notices: [], status: submit(failure) };
}

/** However a stream ends, nothing may be left looking as if it were still running. */
export function settle(state: ThreadState, failure: Failure | null): ThreadState {
  return {
    ...state,
    status: endStream(withFailure(state.status, failure)),
    items: state.items.map(settleItem),
  };
}

export const failed = (state: ThreadState, failure: Failure | null): ThreadState => ({
  ...state,
  status: withFailure(state.status, failure),
});

function settleItem(item: ThreadItem): ThreadItem {
  if (item.type === 'generated_image' && typeof item.progress === 'number')
    return { ...item, progress: null };
  if (item.type !== 'workflow' || !item.workflow.tasks.some((task) => task.status_indicator === 'loading')) {
    return item;
  }
  const tasks = item.workflow.tasks.map((task) =>
    task.status_indicator === 'loading' ? { ...task, status_indicator: 'none' as const } : task,
  );
  return { ...item, workflow: { ...item.workflow, tasks } };
}

/** What answered the item is about to be replaced, and how it ended with it. */
export function withoutItemsAfter(state: ThreadState, itemId: string): ThreadState {
  const at = state.items.findIndex((item) => item.id === itemId);
  if (at < 0) return state;
  const gone = new Set(state.items.slice(at).map(({ id }) => id));
  const endings = Object.fromEntries(Object.entries(state.endings).filter(([id]) => !gone.has(id)));
  return { ...state, items: state.items.slice(0, at + 1), endings };
}

/** The item is about to be replaced, with all that came of it. */
export function withoutItemsFrom(state: ThreadState, itemId: string): ThreadState {
  const at = state.items.findIndex((item) => item.id === itemId);
  return at < 0 ? state : { ...state, items: state.items.slice(0, at) };
}

/**
 * In the place of an item and all that came of it stands another one, with what came of that. `page` comes newest
 * first and reaches back to it; what was loaded before it is the same.
 */
export function withOtherBranch(
  state: ThreadState,
  { from, to }: { from: string; to: string },
  page: Page<ThreadItem>,
): ThreadState {
  const loaded = page.data.toReversed();
  const before = withoutItemsFrom(state, from).items;
  const at = loaded.findIndex(({ id }) => id === to);
  // Where nothing before it is known to be the same, all is new, and so is the cursor: it must be of the thread.
  const isAllNew = at < 0 || !before.length || before.length === state.items.length;
  if (isAllNew) return { ...state, items: loaded, older: olderCursor(page) };
  return { ...state, items: [...before, ...loaded.slice(at)] };
}

/** The newest answer ended here, and is not whole. */
export function withEnding(state: ThreadState, failure: Failure | null): ThreadState {
  const question = lastUserMessage(state.items)?.id;
  if (!question) return state;
  const ending = { after: state.items.at(-1)?.id ?? null, failure };
  return { ...state, endings: { ...state.endings, [question]: ending } };
}

/** How the answer to a message ended, as it was known before something else failed; undefined for a whole answer. */
export function withEndingOf(
  state: ThreadState,
  itemId: string,
  ending: AnswerEnding | undefined,
): ThreadState {
  const { [itemId]: _, ...others } = state.endings;
  return { ...state, endings: ending ? { ...others, [itemId]: ending } : others };
}

/** What failed in the newest turn has gone well since; that an answer was stopped is still true. */
export function withoutFailedEnding(state: ThreadState): ThreadState {
  const question = lastUserMessage(state.items)?.id;
  if (!question || !state.endings[question]?.failure) return state;
  const { [question]: _, ...endings } = state.endings;
  return { ...state, endings };
}

export function withItem(state: ThreadState, item: ThreadItem): ThreadState {
  const at = state.items.findIndex((known) => known.id === item.id);
  if (at < 0) return { ...state, items: [...state.items, item] };
  return { ...state, items: state.items.with(at, item) };
}

/** The server has the output of this call, and with that it drops those that another page has left behind. */
export function withToolOutput(state: ThreadState, callId: string): ThreadState {
  return {
    ...state,
    items: state.items.flatMap((item) => {
      if (item.type !== 'client_tool_call' || item.status !== 'pending') return [item];
      return item.id === callId ? [{ ...item, status: 'completed' as const }] : [];
    }),
  };
}

export function lastUserMessage(items: ThreadItem[], before = items.length): UserMessageItem | null {
  for (let at = before - 1; at >= 0; at--) {
    const item = items[at];
    if (item?.type === 'user_message' && !isPending(item)) return item;
  }
  return null;
}
