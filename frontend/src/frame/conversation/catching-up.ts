/*
 * Goes on with what this page has not asked for itself: what another page has started, or this one before it was
 * reloaded or cut off, and what the server begins because it was waiting.
 */
import type { ChatKitClient } from '../../protocol/client';
import { type Failure, finish, isPolling, isResponding, poll } from '../../protocol/response-status';
import { failed, lastUserMessage, type ThreadState } from '../../protocol/thread-state';
import type { RunState } from '../../protocol/types';
import type { MessageQueue } from '../queue/message-queue';
import type { Store } from '../store';
import { isFresh, mayGrow, paused } from './answer-polling';
import { endingsFrom, failureOfLastAnswer, incomplete } from './failures';
import type { Services } from './services';
import type { ThreadLoader } from './thread-loader';

/** The conversation, as far as this reaches into it. */
type Around = {
  follow(run: RunState): Promise<unknown>;
  /** Whether a call of the page's tools waits at the end of the thread. */
  canResume(): boolean;
  resume(): Promise<unknown>;
  fail(error: unknown, remedy: Failure['remedy']): void;
};

/** How long to wait before each look for the next answer: what waits is begun a moment after an answer has ended. */
const PAUSES_MS = [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000];
/** After so many looks, an answer that was begun at once must have been complete before the first of them. */
const PROMPT = 4;

export class CatchingUp {
  #current: AbortController | null = null;

  constructor(
    private readonly services: Services,
    private readonly state: Store<ThreadState>,
    private readonly loader: ThreadLoader,
    private readonly queue: MessageQueue,
    private readonly around: Around,
  ) {}

  /**
   * Follows the answer that is being written, carries out the call that waits for a page, or reports what became of
   * the last answer. `expected`: more should have come, so what ended meanwhile is loaded again.
   */
  async catchUp(expected = mayGrow(this.state.value.items)) {
    await this.#alone(async (id, signal) => {
      try {
        const runs = await this.#client.runsOn(id);
        if (signal.aborted) return;
        if (runs?.run) {
          this.#showEndings(runs.endings);
          return void (await this.around.follow(runs.run));
        }
        if (runs && expected && !(await this.loader.loadNewest(id))) return;
        if (signal.aborted) return;
        if (runs) this.#showEndings(runs.endings);
        const { items, endings } = this.state.value;
        const ending = endings[lastUserMessage(items)?.id ?? ''];
        const failure = ending ? ending.failure : failureOfLastAnswer(items, runs?.last, this.#text);
        if (this.around.canResume() && !failure && this.#isWorthResuming(runs?.last?.status)) {
          return void (await this.around.resume());
        }
        if (!runs && expected) return await this.#poll(id, signal);
        if (failure || expected) this.state.update((state) => failed(state, failure));
      } catch (error) {
        if (expected) this.around.fail(error, 'refresh');
      }
    });
    void this.next();
  }

  /**
   * Follows the answer to the message that was waiting, once the server has begun it. `expected`: it begins one that is
   * no longer in the list.
   */
  async next(expected = false) {
    if (!expected && !this.queue.due) return;
    await this.#alone(async (id, signal) => {
      const { length } = this.queue.state.value.waiting;
      for (const [at, pause] of PAUSES_MS.entries()) {
        if (pause) await paused(pause, signal);
        if (signal.aborted) return;
        const runs = await this.#client.runsOn(id).catch(() => null);
        await this.queue.load(id);
        if (signal.aborted) return;
        const goesOn = this.queue.due > 0 || (expected && at < PROMPT);
        if (!runs?.run && goesOn) continue;
        const hasBegun = runs?.run || expected || this.queue.state.value.waiting.length < length;
        if (hasBegun) await this.loader.loadNewest(id);
        if (runs) this.#showEndings(runs.endings);
        if (signal.aborted || !runs?.run) return;
        return void (await this.around.follow(runs.run));
      }
    });
  }

  /** For a conversation that leaves the screen: what it looks for would not be seen. */
  leave() {
    this.#current?.abort();
    this.#current = null;
    if (isPolling(this.state.value.status)) {
      this.state.update((state) => ({ ...state, status: finish(state.status) }));
    }
  }

  async loadEndings(id: string) {
    const runs = await this.#client.runsOn(id);
    if (runs) this.#showEndings(runs.endings);
  }

  get #client(): ChatKitClient {
    return this.services.client;
  }

  get #text() {
    return this.services.language.value.text;
  }

  #showEndings(endings: Parameters<typeof endingsFrom>[0]) {
    this.state.update((state) => ({ ...state, endings: endingsFrom(endings, this.#text) }));
  }

  /** Where this page holds no stream, and does not look already. */
  async #alone(work: (id: string, signal: AbortSignal) => Promise<void>) {
    const { thread, status } = this.state.value;
    if (!thread || isResponding(status) || this.#current) return;
    const current = new AbortController();
    this.#current = current;
    try {
      await work(thread.id, current.signal);
    } finally {
      if (this.#current === current) this.#current = null;
    }
  }

  /** A call of long ago, or of an answer that the user stopped, is better left alone than carried out by surprise. */
  #isWorthResuming(status: string | undefined): boolean {
    const { items, thread } = this.state.value;
    if ((thread?.status?.type ?? 'active') !== 'active' || status === 'cancelled') return false;
    return status === 'completed' || isFresh(items);
  }

  /** For servers without runs. */
  async #poll(id: string, signal: AbortSignal) {
    this.state.update((state) => ({ ...state, status: poll(state.status) }));
    const arrived = await this.loader.untilAnswered(id, signal);
    if (signal.aborted) return;
    const failure = arrived ? null : incomplete(this.#text);
    this.state.update((state) => failed({ ...state, status: finish(state.status) }, failure));
    if (arrived) await this.loader.loadMetadata(id);
  }
}
