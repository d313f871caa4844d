/*
 * For an answer whose stream this page does not hold: it was loaded in the middle of the answer, the connection broke,
 * or another tab asked. Until the answer is there, the newest items of the thread are read again now and then.
 */
import { isPending } from '../../protocol/thread-state';
import type { ThreadItem } from '../../protocol/types';

const INTERVAL_MS = 2_000;
const TIMEOUT_MS = 60_000;
/** A question older than this was given up; its answer is no longer being written. */
const STALE_MS = 10 * 60_000;

/** What ends a turn, or waits for something other than the server. */
const ends = new Set<ThreadItem['type']>([
  'assistant_message',
  'end_of_turn',
  'structured_input',
  'sdk_hidden_context',
]);

const lastOf = (items: ThreadItem[]) => items.findLast((item) => !isPending(item));

export function isOpenEnded(items: ThreadItem[]): boolean {
  const last = lastOf(items);
  if (last?.type === 'client_tool_call') return last.status === 'completed';
  return last !== undefined && !ends.has(last.type);
}

/** Whether the newest item is so new that a user may be waiting for what follows. */
export const isFresh = (items: ThreadItem[]) =>
  Date.now() - Date.parse(lastOf(items)?.created_at ?? '') < STALE_MS;

/** Whether more of this thread may be on its way. */
export const mayGrow = (items: ThreadItem[]) => isOpenEnded(items) && isFresh(items);

/** Calls `isComplete` until it is true (true), or the time is up or `signal` fires (false). */
export async function pollUntil(isComplete: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  for (let waited = 0; waited < TIMEOUT_MS; waited += INTERVAL_MS) {
    await paused(INTERVAL_MS, signal);
    if (signal.aborted) return false;
    // A server that is away for a moment is the very reason to look again.
    if (await isComplete().catch(() => false)) return !signal.aborted;
  }
  return false;
}

/** Resolves after so long, or when `signal` fires. */
export function paused(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
