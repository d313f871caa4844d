/** What can have become of an answer, as sentences, and the way on that each of them offers. */
import { isPending, lastUserMessage, type Trouble } from '../protocol/thread-state';
import type { RunTold, ThreadItem } from '../protocol/types';
import { mayGrow } from './follow';

export const NOT_TAKEN: Trouble = {
  message: 'The server did not take this message. Send it again.',
  remedy: 'none',
};
export const UNFINISHED: Trouble = { message: 'The answer is not complete yet.', remedy: 'refresh' };
const UNANSWERED: Trouble = { message: 'This question was left without an answer.', remedy: 'retry' };
const FAILED = 'The answer failed before it was complete.';
const INTERRUPTED = 'The server was restarted before this answer was complete.';

/**
 * What is to be said of a thread on which nothing runs, as it was said when the answer failed. `last` is its newest
 * run, null if none is remembered, undefined for servers that have no runs.
 */
export function troubleLeft(items: ThreadItem[], last: RunTold | null | undefined): Trouble | null {
  if (last?.status === 'failed' || last?.status === 'interrupted') {
    const message = last.error?.message || (last.status === 'failed' ? FAILED : INTERRUPTED);
    const again = (last.error?.allow_retry ?? true) && lastUserMessage(items);
    return { message, remedy: again ? 'retry' : 'none' };
  }
  const unanswered = items.findLast((item) => !isPending(item))?.type === 'user_message';
  const givenUp = last === null || (last === undefined && !mayGrow(items));
  return unanswered && givenUp ? UNANSWERED : null;
}
