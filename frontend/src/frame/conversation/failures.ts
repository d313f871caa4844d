/** What can have become of an answer, as sentences, and the way on that each of them offers. */
import type { Text } from '../../language/language';
import { isPending, lastUserMessage, type Trouble } from '../../protocol/thread-state';
import type { RunTold, ThreadItem } from '../../protocol/types';
import { mayGrow } from './answer-polling';

export const notTaken = ({ failures }: Text): Trouble => ({ message: failures.notTaken, remedy: 'none' });
export const unfinished = ({ failures }: Text): Trouble => ({
  message: failures.unfinished,
  remedy: 'refresh',
});

/**
 * What is to be said of a thread on which nothing runs, as it was said when the answer failed. `last` is its newest
 * run, null if none is remembered, undefined for servers that have no runs.
 */
export function troubleLeft(
  items: ThreadItem[],
  last: RunTold | null | undefined,
  { failures }: Text,
): Trouble | null {
  if (last?.status === 'failed' || last?.status === 'interrupted') {
    // What a server says of its own restart is no news, and in English.
    const message = last.status === 'interrupted' ? failures.interrupted : last.error?.message || null;
    const again = (last.error?.allow_retry ?? true) && lastUserMessage(items);
    return { message, remedy: again ? 'retry' : 'none' };
  }
  const unanswered = items.findLast((item) => !isPending(item))?.type === 'user_message';
  const givenUp = last === null || (last === undefined && !mayGrow(items));
  return unanswered && givenUp ? { message: failures.unanswered, remedy: 'retry' } : null;
}
