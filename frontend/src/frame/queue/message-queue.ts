/*
 * Messages that wait while an answer is being written. The server keeps them and answers them in their order, one
 * after the other, also while nobody looks; here they can be seen and changed until their turn comes.
 *
 * Invariant: what was written is either in this list, in the thread or in the composer.
 */
import { english, type Language } from '../../language/language';
import type { ChatKitClient } from '../../protocol/client';
import { ChatKitProblem, sentenceFor } from '../../protocol/problems';
import type { QueuedMessage } from '../../protocol/thread-extras';
import type { UserMessageInput } from '../../protocol/types';
import { Store } from '../store';

/** `isSending`: the server does not have it yet. */
export type Waiting = QueuedMessage & { isSending?: boolean };
export type QueueState = {
  /** Whether messages may be sent while an answer is being written. */
  isOpen: boolean;
  waiting: readonly Waiting[];
  /** Why the last change of the list was not made. */
  failure: string | null;
};
type Services = {
  client: ChatKitClient;
  language: Store<Language>;
  host: { fail(message: string): void };
};
type Request = { method: 'POST' | 'PATCH' | 'DELETE'; action?: string; body?: unknown };
type Input = { thread_id: string; input: UserMessageInput };

let sent = 0;

export class MessageQueue {
  readonly state = new Store<QueueState>({ isOpen: false, waiting: [], failure: null });

  #reading: Promise<void> | null = null;

  constructor(private readonly services: Services) {}

  get isOpen(): boolean {
    return this.state.value.isOpen;
  }

  /** How many messages the server goes on with by itself. */
  get due(): number {
    return this.state.value.waiting.filter(({ isSending, held }) => !isSending && !held).length;
  }

  /** As `isOpen`, once that is known: the first answer of a thread comes as fast as the server tells it. */
  async opens(): Promise<boolean> {
    await this.#reading;
    return this.isOpen;
  }

  load(threadId: string): Promise<void> {
    this.#reading = this.#read(threadId);
    return this.#reading;
  }

  async #read(threadId: string) {
    try {
      const read = await this.services.client.extras.read<{ queued: QueuedMessage[] }>('queue', threadId);
      if (read) this.#show(read.queued);
    } catch {
      // What waits is on the server, and is displayed the next time that it can be read.
    }
  }

  /** Puts a message in at the end; resolves with the response that answers it where it does not wait. */
  async add({ thread_id, input }: Input): Promise<'queued' | 'refused' | Response> {
    const id = `sending:${++sent}`;
    const text = input.content.map((part) => part.text).join('');
    const created_at = new Date().toISOString();
    this.#change((waiting) => [...waiting, { id, text, created_at, isSending: true }]);
    try {
      const outcome = await this.services.client.enqueue({ thread_id, input });
      if (outcome instanceof Response) return outcome;
      this.put(outcome, id);
      return 'queued';
    } catch (error) {
      // An agent may refuse what comes in the middle of its answer: from now on, the user is told to wait.
      if (error instanceof ChatKitProblem && error.status === 409) this.#close();
      else this.#fail(error);
      return 'refused';
    } finally {
      this.#change((waiting) => waiting.filter((one) => one.id !== id));
    }
  }

  /** The server lets this message wait. `sending`: it was listed as. */
  put(message: QueuedMessage, sending?: string) {
    this.#change((waiting) => {
      if (waiting.some(({ id }) => id === message.id)) return waiting;
      if (!sending) return [...waiting, message];
      return waiting.map((one) => (one.id === sending ? message : one));
    });
  }

  /** Who stops an answer wants to read or think: what waits is sent when they say so. */
  hold() {
    this.#change((waiting) => waiting.map((message) => ({ ...message, held: true })));
  }

  edit(threadId: string, id: string, text: string): Promise<boolean> {
    return this.#request(threadId, id, { method: 'PATCH', body: { text } });
  }

  remove(threadId: string, id: string): Promise<boolean> {
    return this.#request(threadId, id, { method: 'DELETE' });
  }

  /** The server stops the answer, and this message is the next. */
  sendNow(threadId: string, id: string): Promise<boolean> {
    return this.#request(threadId, id, { method: 'POST', action: '/send' });
  }

  dismiss() {
    this.state.update((state) => ({ ...state, failure: null }));
  }

  /** The server answers with the list as it is then. What is not in it any more has had its turn meanwhile. */
  async #request(threadId: string, id: string, { action = '', ...request }: Request): Promise<boolean> {
    this.dismiss();
    const path = `/${encodeURIComponent(id)}${action}`;
    try {
      const response = await this.services.client.extras.change('queue', threadId, { ...request, path });
      this.#show((await response.json()).queued);
      return true;
    } catch (error) {
      const isGone = error instanceof ChatKitProblem && error.status === 404;
      if (isGone) await this.load(threadId);
      else this.#fail(error);
      return false;
    }
  }

  #show(queued: readonly QueuedMessage[]) {
    this.state.update(({ waiting, failure }) => ({
      isOpen: true,
      failure,
      waiting: [...queued, ...waiting.filter(({ isSending }) => isSending)],
    }));
  }

  #change(change: (waiting: readonly Waiting[]) => readonly Waiting[]) {
    this.state.update((state) => ({ ...state, waiting: change(state.waiting) }));
  }

  #close() {
    this.state.update((state) => ({ ...state, isOpen: false }));
  }

  #fail(error: unknown) {
    const { host, language } = this.services;
    host.fail(sentenceFor(error, english));
    this.state.update((state) => ({ ...state, failure: sentenceFor(error, language.value) }));
  }
}
