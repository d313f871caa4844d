/** What can have become of an answer, as sentences, and the way on that each of them offers. */
import type { Text } from '../../language/language';
import { type Failure, failureFrom } from '../../protocol/response-status';
import { type AnswerEnding, isPending, lastUserMessage } from '../../protocol/thread-state';
import type { Ending, RunState, ThreadItem } from '../../protocol/types';
import { mayGrow } from './answer-polling';

export const notAccepted = ({ failures }: Text): Failure => ({
  message: failures.notAccepted,
  remedy: 'none',
});
export const incomplete = ({ failures }: Text): Failure => ({
  message: failures.incomplete,
  remedy: 'refresh',
});

/** How answers ended that are not whole, by the message that was answered. */
export function endingsFrom(endings: Ending[], { failures }: Text): Record<string, AnswerEnding> {
  const failureOf = ({ status, error }: Ending): Failure | null => {
    if (status === 'cancelled') return null;
    const failure = failureFrom(error ?? { type: 'error', allow_retry: true });
    return status === 'interrupted' ? { ...failure, message: failures.interrupted } : failure;
  };
  return Object.fromEntries(
    endings.map((ending) => [ending.item_id, { after: ending.after ?? null, failure: failureOf(ending) }]),
  );
}

/**
 * The failure of a thread on which nothing runs, as it was reported when the answer failed. `last` is its newest run,
 * null if none is remembered, undefined for servers that have no runs.
 */
export function failureOfLastAnswer(
  items: ThreadItem[],
  last: RunState | null | undefined,
  { failures }: Text,
): Failure | null {
  if (last?.status === 'failed' || last?.status === 'interrupted') {
    // The server's message about its own restart is in English, and adds nothing.
    const message = last.status === 'interrupted' ? failures.interrupted : last.error?.message || null;
    const again = (last.error?.allow_retry ?? true) && lastUserMessage(items);
    return { message, remedy: again ? 'retry' : 'none' };
  }
  const unanswered = items.findLast((item) => !isPending(item))?.type === 'user_message';
  const givenUp = last === null || (last === undefined && !mayGrow(items));
  return unanswered && givenUp ? { message: failures.unanswered, remedy: 'retry' } : null;
}
