/*
 * An answer whose stream we do not hold: the page was loaded in the middle of it, the line broke, or another tab
 * asked. Until it is there, the newest items of the thread are read again now and then.
 */
import { isPending } from '../../protocol/thread-state';
import type { ThreadItem } from '../../protocol/types';

const EVERY_MS = 2_000;
const PATIENCE_MS = 60_000;
/** A question older than this was given up; nobody is still writing its answer. */
const STALE_MS = 10 * 60_000;

/** What ends a turn, or waits for someone other than the server. */
const ends = new Set<ThreadItem['type']>([
  'assistant_message',
  'end_of_turn',
  'structured_input',
  'client_tool_call',
  'sdk_hidden_context',
]);

const lastOf = (items: ThreadItem[]) => items.findLast((item) => !isPending(item));

export function isOpenEnded(items: ThreadItem[]): boolean {
  const last = lastOf(items);
  return last !== undefined && !ends.has(last.type);
}

/** Whether the newest item is so new that somebody may be waiting for what follows. */
export const isFresh = (items: ThreadItem[]) =>
  Date.now() - Date.parse(lastOf(items)?.created_at ?? '') < STALE_MS;

/** Whether more of this thread may be on its way. */
export const mayGrow = (items: ThreadItem[]) => isOpenEnded(items) && isFresh(items);

/** Calls `look` until it says that the end is there (true), or patience ends or `signal` fires (false). */
export async function follow(look: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  for (let waited = 0; waited < PATIENCE_MS; waited += EVERY_MS) {
    await pause(signal);
    if (signal.aborted) return false;
    // A server that is away for a moment is the very reason to look again.
    if (await look().catch(() => false)) return !signal.aborted;
  }
  return false;
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, EVERY_MS);
    signal.addEventListener('abort', end);
  });
}
