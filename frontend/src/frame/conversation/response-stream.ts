/*
 * The one stream that may be changing a thread. It is of a request of ours, or of the run that answers somebody
 * else's; a call of the page's tools that ends it is carried out, and the stream of its output follows.
 *
 * Invariants: busy until the last of these streams is over, so that a tool which answers in between lets no other
 * one in; whatever ends a stream, nothing stays marked as running.
 */

import { english } from '../../language/language';
import type { Listener, StreamRequest, Told } from '../../protocol/client';
import { ChatKitProblem, ConnectionLost, sentenceFor } from '../../protocol/problems';
import { reduce } from '../../protocol/reducer';
import {
  begin,
  isPending,
  settle,
  type ThreadState,
  type Trouble,
  withoutItemsAfter,
} from '../../protocol/thread-state';
import type { ClientToolCallItem, RunTold, ThreadEvent } from '../../protocol/types';
import { Store } from '../store';
import type { Change, Surroundings } from './conversation';
import { isNewEffect } from './seen-effects';
import type { ThreadLoader } from './thread-loader';
import { inTurn, pendingCall, ToolCalls } from './tool-calls';

/** What a stream is of. */
export type Source = StreamRequest | { type: 'follow'; run: RunTold };

/** How it ended; there may be more to see after a cut, and after a refusal because of another answer. */
export type End = 'complete' | 'stopped' | 'cut off' | 'refused';
/** A stream's own end, and why it came early, if it did. */
type Received = { end: End; trouble: Trouble | null };

export class ResponseStream {
  readonly busy = new Store(false);
  #stream: AbortController | null = null;
  #stopping = false;
  #calls: ToolCalls;

  constructor(
    private readonly around: Pick<Surroundings, 'client' | 'host' | 'language'>,
    private readonly state: Store<ThreadState>,
    private readonly reading: ThreadLoader,
    private readonly changed: (what: Change) => void,
  ) {
    this.#calls = new ToolCalls(around.host);
  }

  /** `onAccepted`: the server took the request. */
  run(source: Source, onAccepted?: () => void): Promise<End> {
    return this.#busyWith(async (signal) => {
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
    return this.#busyWith((signal) => this.#carryOutCalls(signal, false));
  }

  /**
   * Until the server has shown that it took the message, stopping waits for that, so that the message is either
   * in the thread or in the composer but never in both. Who stops twice does not want to wait.
   */
  stop() {
    if (!this.state.value.allowCancel) return;
    if (this.#stopping || !this.state.value.items.some(isPending)) this.#stream?.abort();
    this.#stopping = true;
  }

  /** Ends the stream whether or not the server lets people stop it. */
  abandon() {
    this.#stream?.abort();
  }

  async #busyWith(work: (signal: AbortSignal) => Promise<End>): Promise<End> {
    const stream = new AbortController();
    this.#stream = stream;
    this.#stopping = false;
    this.busy.set(true);
    this.changed('start');
    const end = await work(stream.signal);
    this.#stream = null;
    this.busy.set(false);
    this.changed('end');
    return stream.signal.aborted ? 'stopped' : end;
  }

  /** `asked`: this page asked for the answer that makes the call, so nobody else is likely to carry it out. */
  async #carryOutCalls(signal: AbortSignal, asked: boolean): Promise<End> {
    let end: End = 'complete';
    for (;;) {
      const call = pendingCall(this.state.value.items);
      if (!call || !this.#calls.isOpen(call) || this.state.value.trouble || signal.aborted) return end;
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
      (await this.reading.newest(thread_id)) &&
      pendingCall(this.state.value.items)?.id !== call.id
    ) {
      return null;
    }
    const result = await this.#calls.resultOf(call);
    if (signal.aborted) return null;
    const output = { type: 'threads.add_client_tool_output', params: { thread_id, result } } as const;
    return new Promise<{ received: Promise<Received> }>((resolve) => {
      const received = this.#receive(output, signal, () => {
        this.#calls.close(call);
        resolve({ received });
      });
      void received.then(({ trouble }) => {
        if (!trouble) this.#calls.close(call);
        resolve({ received });
      });
    });
  }

  async #receive(source: Source, signal: AbortSignal, onAccepted?: () => void): Promise<Received> {
    const { client } = this.around;
    let run = source.type === 'follow' ? source.run.id : null;
    let accepted = false;
    const listener: Listener = {
      signal,
      onEvents: (told) => this.#apply(told, run),
      onConnection: (connection) =>
        this.state.update((state) => ({ ...state, disconnected: connection === 'lost' })),
      onAccepted: (answered) => {
        accepted = true;
        this.changed('answered');
        run = answered ?? run;
        onAccepted?.();
      },
    };
    let received: Received = { end: 'complete', trouble: null };
    try {
      if (source.type === 'follow') await this.#follow(source.run, listener);
      else await client.stream(source, listener);
      received.trouble = this.state.value.trouble;
    } catch (error) {
      if (!signal.aborted) received = await this.#brokenBy(error, source, accepted);
    }
    this.state.set(settle(this.state.value, received.trouble));
    return received;
  }

  async #follow(run: RunTold, listener: Listener) {
    // A refusal because of this very answer may stand there until the answer is complete.
    const refusal = this.state.value.trouble;
    this.state.update((state) => {
      const begun = { ...begin(state), trouble: refusal?.remedy === 'none' ? refusal : null };
      return run.retried ? withoutItemsAfter(begun, run.retried) : begun;
    });
    await this.around.client.follow(run.id, listener);
    if (this.state.value.trouble === refusal) this.state.update((state) => ({ ...state, trouble: null }));
    // What was loaded before the answer was followed may be gone by now, or come back: a retry that failed.
    const { thread } = this.state.value;
    if (thread && !listener.signal.aborted) await this.reading.newest(thread.id);
  }

  #apply(told: Told[], run: string | null) {
    const before = this.state.value;
    let state = before;
    const effects: { name: string; data: Record<string, unknown> }[] = [];
    for (const { id, event } of told) {
      if (event.type === 'client_effect') {
        const isNew = run === null || id === null || isNewEffect(run, id);
        if (isNew) effects.push({ name: event.name, data: event.data ?? {} });
      }
      if (event.type === 'error') this.around.host.fail(event.message ?? event.code ?? 'stream.error');
      state = this.#reduced(state, event);
    }
    this.state.setSoon(state);
    if (this.#stopping && !state.items.some(isPending)) this.#stream?.abort();
    if (state.thread !== before.thread) this.changed('thread');
    // What came in one piece with the thread's id is an effect of that thread, which the page must know by then.
    for (const effect of effects) this.around.host.emit('effect', effect);
  }

  /** An event that cannot be understood must not cost the person the rest of the answer. */
  #reduced(state: ThreadState, event: ThreadEvent): ThreadState {
    try {
      return reduce(state, event);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.around.host.fail(`The event "${event.type}" could not be read: ${why}`);
      return state;
    }
  }

  async #brokenBy(error: unknown, { type }: Source, accepted: boolean): Promise<Received> {
    const { thread } = this.state.value;
    const message = sentenceFor(error, this.around.language.value);
    const busy = error instanceof ChatKitProblem && error.status === 409;
    const ofCall = type === 'threads.add_client_tool_output';
    // Another page was quicker to answer the call: no trouble, there is an answer to look at.
    if (busy && ofCall) return { end: 'cut off', trouble: null };
    this.around.host.fail(sentenceFor(error, english));
    if (thread && busy) {
      // Somebody may have locked the thread, or be waiting for an answer in another tab.
      await this.reading.newest(thread.id);
      return { end: 'refused', trouble: { message, remedy: 'none' } };
    }
    if (thread && error instanceof ConnectionLost && !this.state.value.items.some(isPending)) {
      // An output that did not get through is sent again when the person asks for it, not for ever.
      const end = accepted || !ofCall ? 'cut off' : 'complete';
      return { end, trouble: { message, remedy: 'refresh' } };
    }
    return { end: 'complete', trouble: { message, remedy: 'none' } };
  }
}
