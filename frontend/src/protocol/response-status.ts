/*
 * Where a chat stands between a question and its answer. What belongs to a state is inside it and goes with it, so
 * nothing can be left looking as if it were still running.
 */

import type { ErrorEvent } from './types';

/** Why the last answer stopped: one sentence for the user and at most one way on. Null is all that is known. */
export type Failure = { message: string | null; remedy: 'retry' | 'refresh' | 'none' };

export const failureFrom = ({ message, allow_retry }: ErrorEvent): Failure => ({
  message: message || null,
  remedy: allow_retry ? 'retry' : 'none',
});

type Running = {
  /** Whether the server lets the user stop the answer. */
  allowCancel: boolean;
  /** What went wrong meanwhile, beside an answer that goes on. */
  failure: Failure | null;
};

export type ResponseStatus =
  | { type: 'ready' }
  /** An answer is on its way and none of it streams: a request is out, or (polling) the thread is read now and then. */
  | ({ type: 'submitted'; isPolling: boolean } & Running)
  | ({
      type: 'streaming';
      /** Ids of items that the stream has opened and not yet closed. */
      openItems: ReadonlySet<string>;
      progress: { icon?: string | null; text: string } | null;
      /** The answer goes on, but its connection is lost at the moment. */
      isDisconnected: boolean;
    } & Running)
  | { type: 'error'; failure: Failure };

export const ready: ResponseStatus = { type: 'ready' };

const submitted: ResponseStatus = { type: 'submitted', isPolling: false, allowCancel: true, failure: null };

/** Whether this page holds the stream of an answer, or has asked for one. */
export const isResponding = (status: ResponseStatus) =>
  status.type === 'streaming' || (status.type === 'submitted' && !status.isPolling);

/** Whether an answer may be on its way of which this page holds no stream. */
export const isPolling = (status: ResponseStatus) => status.type === 'submitted' && status.isPolling;

export const mayCancel = (status: ResponseStatus) => !('allowCancel' in status) || status.allowCancel;

export const failureOf = (status: ResponseStatus) => (status.type === 'ready' ? null : status.failure);

/** An answer that comes in goes on beside its failure; otherwise the failure is all there is. */
export function withFailure(status: ResponseStatus, failure: Failure | null): ResponseStatus {
  if (status.type === 'submitted' || status.type === 'streaming') return { ...status, failure };
  return failure ? { type: 'error', failure } : ready;
}

/** A new request is out. */
export const submit = (failure: Failure | null = null): ResponseStatus => ({ ...submitted, failure });

/** The thread is read now and then until its answer is there. */
export const poll = (status: ResponseStatus): ResponseStatus => ({
  ...submitted,
  isPolling: true,
  failure: failureOf(status),
});

/** The server took the request: events follow. */
export const startStreaming = (status: ResponseStatus): ResponseStatus => ({
  type: 'streaming',
  openItems: new Set(),
  progress: null,
  isDisconnected: false,
  allowCancel: mayCancel(status),
  failure: failureOf(status),
});

/** One stream of the answer is over, and another may follow. */
export const endStream = (status: ResponseStatus): ResponseStatus =>
  status.type === 'streaming'
    ? { ...submitted, allowCancel: status.allowCancel, failure: status.failure }
    : status;

/** Nothing is on its way any more. */
export const finish = (status: ResponseStatus): ResponseStatus => withFailure(ready, failureOf(status));

/** Changes what belongs to a stream; nothing where none is open. */
export const whileStreaming = (
  status: ResponseStatus,
  change: (
    streaming: Extract<ResponseStatus, { type: 'streaming' }>,
  ) => Partial<Omit<Extract<ResponseStatus, { type: 'streaming' }>, 'type'>>,
): ResponseStatus => (status.type === 'streaming' ? { ...status, ...change(status) } : status);
