/*
 * The one stream that may be changing a thread. It is of a request of this page, or of the run that answers another
 * page's; a call of the page's tools that ends it is carried out, and the stream of its output follows.
 *
 * Invariants: the thread is "submitted" or "streaming" until the last of these streams is over, so that a tool which
 * answers in between lets no other one in; whatever ends a stream, nothing stays marked as running.
 */

import { english } from '../../language/language';
import type { Listener, NumberedEvent, StreamRequest } from '../../protocol/client';
import { ChatKitProblem, ConnectionLost, sentenceFor } from '../../protocol/problems';
import { reduce } from '../../protocol/reducer';
import {
  type Failure,
  failureOf,
  finish,
  isResponding,
  mayCancel,
  startStreaming,
  submit,
  whileStreaming,
} from '../../protocol/response-status';
import type { QueuedMessage } from '../../protocol/thread-extras';
import {
  failed,
  isPending,
  settle,
  type ThreadState,
  withoutItemsAfter,
  withRequest,
  withToolOutput,
} from '../../protocol/thread-state';
import type { ClientToolCallItem, RunState, ThreadEvent } from '../../protocol/types';
import type { MessageQueue } from '../queue/message-queue';
import type { Store } from '../store';
import { isNewEffect } from './seen-effects';
import type { ConversationEvent, Services } from './services';
import type { ThreadLoader } from './thread-loader';
import { inTurn, pendingCall, ToolCalls } from './tool-calls';

/** What a stream is of. */
export type StreamSource =
  | StreamRequest
  | { type: 'follow'; run: RunState }
  | { type: 'opened'; response: Response };

/**
 * How it ended; there may be more to see after a cut, and after a refusal because of another answer, or where the
 * message waits for the end of one.
 */
export type End = 'complete' | 'stopped' | 'cut off' | 'refused' | 'queued';
/** A stream's own end, and why it came early, if it did. */
type Received = { end: End; failure: Failure | null };

export class ResponseStream {
  #stream: AbortController | null = null;
  #stopping = false;
  #calls: ToolCalls;

  constructor(
    private readonly services: Services,
    private readonly state: Store<ThreadState>,
    private readonly loader: ThreadLoader,
    private readonly queue: MessageQueue,
    private readonly emit: (event: ConversationEvent) => void,
  ) {
    this.#calls = new ToolCalls(services.host);
  }

  /** `onAccepted`: the server accepted the request. */
  run(source: StreamSource, onAccepted?: () => void): Promise<End> {
    return this.#respond(async (signal) => {
      const { end } = await this.#receive(source, signal, onAccepted);
      return end === 'complete' ? this.#carryOutCalls(signal, source.type !== 'follow') : end;
    });
  }

  /** The call that waits at the end of a thread on which nothing runs, if there is one. */
  canResume(): boolean {
    const call = pendingCall(this.state.value.items);
    return call !== null && this.#calls.isOpen(call);
  }

  resume(): Promise<End> {
    return this.#respond((signal) => this.#carryOutCalls(signal, false));
  }

  /**
   * Until the server has sent the message back, stopping waits for that, so that the message is either in the thread
   * or in the composer but never in both. A user who stops twice does not want to wait.
   */
  stop() {
    if (!mayCancel(this.state.value.status)) return;
    if (this.#stopping || !this.state.value.items.some(isPending)) this.#stream?.abort();
    this.#stopping = true;
  }

  /** Ends the stream whether or not the server lets the user stop it. */
  abandon() {
    this.#stream?.abort();
  }

  async #respond(work: (signal: AbortSignal) => Promise<End>): Promise<End> {
    const stream = new AbortController();
    this.#stream = stream;
    this.#stopping = false;
    this.state.update(({ status, ...state }) => ({
      ...state,
      status: isResponding(status) ? status : submit(failureOf(status)),
    }));
    this.emit('start');
    try {
      const end = await work(stream.signal);
      return stream.signal.aborted ? 'stopped' : end;
    } finally {
      this.#stream = null;
      this.state.update((state) => ({ ...state, status: finish(state.status) }));
      this.emit('end');
    }
  }

  /** `asked`: this page asked for the answer that makes the call, so no other page is likely to carry it out. */
  async #carryOutCalls(signal: AbortSignal, asked: boolean): Promise<End> {
    let end: End = 'complete';
    for (;;) {
      const call = pendingCall(this.state.value.items);
      if (!call || !this.#calls.isOpen(call) || signal.aborted) return end;
      if (failureOf(this.state.value.status)) return end;
      const stream = await inTurn(call, (waited) => this.#carryOut(call, signal, asked && !waited));
      if (!stream) return 'cut off';
      ({ end } = await stream.received);
      if (end !== 'complete') return end;
    }
  }

  /** Resolves when the server has the output, or null when another page was first; the stream goes on meanwhile. */
  async #carryOut(call: ClientToolCallItem, signal: AbortSignal, sure: boolean) {
    const { thread_id } = call;
    if (
      !sure &&
      (await this.loader.loadNewest(thread_id)) &&
      pendingCall(this.state.value.items)?.id !== call.id
    ) {
      return null;
    }
    const result = await this.#calls.resultOf(call);
    if (signal.aborted) return null;
    const output = { type: 'threads.add_client_tool_output', params: { thread_id, result } } as const;
    return new Promise<{ received: Promise<Received> }>((resolve) => {
      const received = this.#receive(output, signal, () => {
        this.#settleCall(call);
        resolve({ received });
      });
      void received.then(({ failure }) => {
        // Stopped on its way, the output may have arrived or not.
        if (signal.aborted && this.#calls.isOpen(call)) void this.loader.loadNewest(thread_id);
        else if (!failure) this.#settleCall(call);
        resolve({ received });
      });
    });
  }

  /** Whatever becomes of the answer to it, the call has its output: from this page or from another one. */
  #settleCall(call: ClientToolCallItem) {
    if (!this.#calls.isOpen(call)) return;
    this.#calls.close(call);
    this.state.update((state) => withToolOutput(state, call.id));
  }

  async #receive(source: StreamSource, signal: AbortSignal, onAccepted?: () => void): Promise<Received> {
    let run = source.type === 'follow' ? source.run.id : null;
    let accepted = false;
    const listener: Listener = {
      signal,
      onEvents: (events) => this.#apply(events, run),
      onConnection: (connection) =>
        this.state.update((state) => ({
          ...state,
          status: whileStreaming(state.status, () => ({ isDisconnected: connection === 'lost' })),
        })),
      onAccepted: (acceptedRun) => {
        accepted = true;
        this.state.update((state) => ({ ...state, status: startStreaming(state.status) }));
        this.emit('accepted');
        run = acceptedRun ?? run;
        onAccepted?.();
      },
    };
    let received: Received = { end: 'complete', failure: null };
    try {
      const queued = await this.#read(source, listener);
      if (queued) {
        this.queue.put(queued);
        received.end = 'queued';
      }
      received.failure = failureOf(this.state.value.status);
    } catch (error) {
      if (!signal.aborted) received = await this.#endBy(error, source, accepted);
    }
    this.state.set(settle(this.state.value, received.failure));
    return received;
  }

  async #read(source: StreamSource, listener: Listener): Promise<QueuedMessage | null> {
    const { client } = this.services;
    if (source.type === 'follow') await this.#follow(source.run, listener);
    else if (source.type === 'opened') await client.read(source.response, listener);
    else return client.stream(source, listener);
    return null;
  }

  async #follow(run: RunState, listener: Listener) {
    // A refusal because of this very answer may stand there until the answer is complete.
    const refusal = failureOf(this.state.value.status);
    this.state.update((state) => {
      const started = withRequest(state, refusal?.remedy === 'none' ? refusal : null);
      return run.retried ? withoutItemsAfter(started, run.retried) : started;
    });
    await this.services.client.follow(run.id, listener);
    if (failureOf(this.state.value.status) === refusal) this.state.update((state) => failed(state, null));
    // What was loaded before the answer was followed may be gone by now, or come back: a retry that failed.
    const { thread } = this.state.value;
    if (thread && !listener.signal.aborted) await this.loader.loadNewest(thread.id);
  }

  #apply(events: NumberedEvent[], run: string | null) {
    const before = this.state.value;
    let state = before;
    const effects: { name: string; data: Record<string, unknown> }[] = [];
    for (const { id, event } of events) {
      if (event.type === 'client_effect') {
        const isNew = run === null || id === null || isNewEffect(run, id);
        if (isNew) effects.push({ name: event.name, data: event.data ?? {} });
      }
      if (event.type === 'error') this.services.host.fail(event.message ?? event.code ?? 'stream.error');
      state = this.#reduced(state, event);
    }
    this.state.setSoon(state);
    if (this.#stopping && !state.items.some(isPending)) this.#stream?.abort();
    if (state.thread !== before.thread) this.emit('thread');
    // What came in one piece with the thread's id is an effect of that thread, which the page must know by then.
    for (const effect of effects) this.services.host.emit('effect', effect);
  }

  /** An event that cannot be understood must not cost the user the rest of the answer. */
  #reduced(state: ThreadState, event: ThreadEvent): ThreadState {
    try {
      return reduce(state, event);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.services.host.fail(`The event "${event.type}" could not be read: ${why}`);
      return state;
    }
  }

  async #endBy(error: unknown, { type }: StreamSource, accepted: boolean): Promise<Received> {
    const { thread } = this.state.value;
    const message = sentenceFor(error, this.services.language.value);
    const conflict = error instanceof ChatKitProblem && error.status === 409;
    const ofCall = type === 'threads.add_client_tool_output';
    // Another page was quicker to answer the call: not a failure, there is an answer to look at.
    if (conflict && ofCall) return { end: 'cut off', failure: null };
    this.services.host.fail(sentenceFor(error, english));
    if (thread && conflict) {
      // The thread may have been locked, or wait for an answer in another tab.
      await this.loader.loadNewest(thread.id);
      return { end: 'refused', failure: { message, remedy: 'none' } };
    }
    if (thread && error instanceof ConnectionLost && !this.state.value.items.some(isPending)) {
      // An output that did not get through is sent again when the user asks for it, not for ever.
      const end = accepted || !ofCall ? 'cut off' : 'complete';
      return { end, failure: { message, remedy: 'refresh' } };
    }
    return { end: 'complete', failure: { message, remedy: 'none' } };
  }
}
