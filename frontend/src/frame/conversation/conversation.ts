/*
 * One thread, alive: what it shows and what people do with it. A conversation outlives its place on the screen, so
 * an answer goes on coming in while the person looks at another thread. The stream of an answer is `answering.ts`,
 * what is read besides it `reading.ts`.
 *
 * Invariant: a message the server did not take is handed back to its writer.
 */
import { english, type Language } from '../../language/language';
import type { ChatKitClient } from '../../protocol/client';
import { sentenceFor } from '../../protocol/problems';
import {
  begin,
  emptyThread,
  fromThread,
  isPending,
  lastUserMessage,
  type ThreadState,
  type Trouble,
  withItem,
  withoutItemsAfter,
  withoutPending,
  withPendingMessage,
} from '../../protocol/thread-state';
import type {
  ActionConfig,
  Attachment,
  InferenceOptions,
  StructuredAnswer,
  Thread,
  UserContent,
  WidgetItem,
} from '../../protocol/types';
import type { Host } from '../host';
import { Store } from '../store';
import { isFresh, mayGrow } from './answer-polling';
import { notTaken, troubleLeft, unfinished } from './failures';
import { type End, ResponseStream, type Source } from './response-stream';
import { ThreadLoader } from './thread-loader';

export type Message = {
  content: UserContent[];
  attachments: Attachment[];
  quoted_text: string | null;
  inference_options: InferenceOptions;
};

export type Surroundings = {
  client: ChatKitClient;
  host: Host;
  language: Store<Language>;
  changed(conversation: Conversation, what: Change): void;
};

/** The thread has its id or another title; something was asked, the server began to answer it, and it is over. */
export type Change = 'thread' | 'start' | 'answered' | 'end';

let conversations = 0;

export class Conversation {
  /** Stays the same while a new thread gets its id. */
  readonly key = `conversation-${++conversations}`;
  readonly state: Store<ThreadState>;
  readonly busy: Store<boolean>;
  #answering: ResponseStream;
  #reading: ThreadLoader;
  #following: AbortController | null = null;

  constructor(
    private readonly around: Surroundings,
    thread: Thread | null = null,
  ) {
    const changed = (what: Change) => around.changed(this, what);
    this.state = new Store(thread ? fromThread(thread) : emptyThread);
    this.#reading = new ThreadLoader(around.client, this.state, () => changed('thread'));
    this.#answering = new ResponseStream(around, this.state, this.#reading, changed);
    this.busy = this.#answering.busy;
  }

  get #text() {
    return this.around.language.value.text;
  }

  get id(): string | null {
    return this.state.value.thread?.id ?? null;
  }

  /** False when the server did not take the message. */
  async send({ content, attachments, quoted_text, inference_options }: Message): Promise<boolean> {
    if (this.busy.value) return false;
    const input = { content, attachments: attachments.map(({ id }) => id), quoted_text, inference_options };
    this.state.update((state) =>
      withPendingMessage(state, {
        type: 'user_message',
        content,
        attachments,
        quoted_text,
        inference_options,
      }),
    );
    const end = await this.#run(
      this.id
        ? { type: 'threads.add_user_message', params: { thread_id: this.id, input } }
        : { type: 'threads.create', params: { input } },
    );
    if (!this.state.value.items.some(isPending)) return true;
    this.state.update((state) =>
      withoutPending({
        ...state,
        trouble: state.trouble ?? (end === 'stopped' ? null : notTaken(this.#text)),
      }),
    );
    return false;
  }

  async retry(itemId = lastUserMessage(this.state.value.items)?.id) {
    if (!this.id || !itemId || this.busy.value) return;
    this.state.update(begin);
    let accepted = false;
    await this.#run(
      { type: 'threads.retry_after_item', params: { thread_id: this.id, item_id: itemId } },
      () => {
        accepted = true;
        this.state.update((state) => withoutItemsAfter(state, itemId));
      },
    );
    // The old answer is kept until there is a new one.
    if (accepted && this.state.value.items.at(-1)?.id === itemId) await this.#reading.newest(this.id);
  }

  async answer(itemId: string, answers: Record<string, Required<StructuredAnswer>> | null) {
    if (!this.id || this.busy.value) return;
    const input = answers
      ? ({ status: 'answered', answers } as const)
      : ({ status: 'skipped', answers: {} } as const);
    this.state.update(begin);
    await this.#run({
      type: 'threads.add_structured_input',
      params: { thread_id: this.id, item_id: itemId, input },
    });
  }

  async act({ type, payload, handler, streaming = true }: ActionConfig, item: WidgetItem | null) {
    const action = { type, payload };
    if (handler === 'client') return this.#actOnPage(action, item);
    if (!this.id) return;
    const params = { thread_id: this.id, item_id: item?.id ?? null, action };
    if (streaming) {
      if (this.busy.value) return;
      this.state.update(begin);
      await this.#run({ type: 'threads.custom_action', params });
      return;
    }
    await this.#try(async () => {
      const { updated_item } = await this.around.client.json('threads.sync_custom_action', params);
      if (updated_item) this.state.update((state) => withItem(state, updated_item));
    });
  }

  async #actOnPage(action: Pick<ActionConfig, 'type' | 'payload'>, item: WidgetItem | null) {
    try {
      await this.around.host.invoke('widgets.onAction', action, item && { id: item.id, widget: item.widget });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.around.host.fail(`The action "${action.type}" failed: ${why}`);
    }
  }

  /** What a developer of the host page should know, and a person need not. */
  tellPage(message: string) {
    this.around.host.fail(message);
  }

  async feedback(itemIds: string[], kind: 'positive' | 'negative'): Promise<boolean> {
    const thread_id = this.id;
    if (!thread_id) return false;
    return this.#try(() => this.around.client.json('items.feedback', { thread_id, item_ids: itemIds, kind }));
  }

  stop() {
    this.#answering.stop();
  }

  /** For a thread that is about to vanish. */
  abandon() {
    this.#answering.abandon();
  }

  async loadOlder() {
    const { id } = this;
    if (id) await this.#try(() => this.#reading.older(id));
  }

  async refresh() {
    const { id } = this;
    if (!id || this.busy.value) return;
    await this.#try(async () => {
      const thread = await this.around.client.json('threads.get_by_id', { thread_id: id });
      if (this.busy.value) return;
      this.leave();
      this.state.set(fromThread(thread));
      this.around.changed(this, 'thread');
      void this.catchUp();
    }, 'refresh');
  }

  /**
   * Goes on with what another page has begun, or this one before it was reloaded or cut off: follows the answer
   * that is being written, carries out the call that waits for a page, or says what became of the last answer.
   * `expected`: more should have come, so what ended meanwhile is read again.
   */
  async catchUp(expected = mayGrow(this.state.value.items)) {
    const { id } = this;
    if (!id || this.busy.value || this.#following) return;
    const following = new AbortController();
    this.#following = following;
    try {
      const told = await this.around.client.runsOn(id);
      if (following.signal.aborted) return;
      if (told?.run) return void (await this.#run({ type: 'follow', run: told.run }));
      if (told && expected && !(await this.#reading.newest(id))) return;
      if (following.signal.aborted) return;
      const { items } = this.state.value;
      const trouble = troubleLeft(items, told?.last, this.#text);
      if (this.#answering.canResume() && !trouble && this.#isWorthResuming(told?.last?.status)) {
        return void (await this.#stream(() => this.#answering.resume()));
      }
      if (!told && expected) return await this.#poll(id, following.signal);
      if (trouble || expected) this.state.update((state) => ({ ...state, trouble }));
    } catch (error) {
      if (expected) this.#trouble(error, 'refresh');
    } finally {
      if (this.#following === following) this.#following = null;
    }
  }

  /** A call of long ago, or of an answer that the person stopped, is better left alone than carried out by surprise. */
  #isWorthResuming(status: string | undefined): boolean {
    const { items, thread } = this.state.value;
    if ((thread?.status?.type ?? 'active') !== 'active' || status === 'cancelled') return false;
    return status === 'completed' || isFresh(items);
  }

  /** For servers without runs. */
  async #poll(id: string, signal: AbortSignal) {
    this.state.update((state) => ({ ...state, awaited: true }));
    const arrived = await this.#reading.untilAnswered(id, signal);
    if (signal.aborted) return;
    this.state.update((state) => ({
      ...state,
      awaited: false,
      trouble: arrived ? null : unfinished(this.#text),
    }));
    if (arrived) await this.#reading.metadata(id);
  }

  /** For a conversation that leaves the screen: nobody is there to see what it waits for. */
  leave() {
    this.#following?.abort();
    this.#following = null;
    if (this.state.value.awaited) this.state.update((state) => ({ ...state, awaited: false }));
  }

  setTitle(title: string) {
    this.state.update((state) => (state.thread ? { ...state, thread: { ...state.thread, title } } : state));
  }

  #run(source: Source, onAccepted?: () => void): Promise<End> {
    return this.#stream(() => this.#answering.run(source, onAccepted));
  }

  /** When it ends early, there may be more to see than it has shown. */
  async #stream(begin: () => Promise<End>): Promise<End> {
    this.leave();
    const end = await begin();
    if (end === 'cut off') void this.catchUp(true);
    if (end === 'refused') void this.catchUp();
    return end;
  }

  /** What fails here is told beside the thread, and changes nothing in it. */
  async #try(work: () => Promise<unknown>, remedy: Trouble['remedy'] = 'none'): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#trouble(error, remedy);
      return false;
    }
  }

  #trouble(error: unknown, remedy: Trouble['remedy']) {
    const message = sentenceFor(error, this.around.language.value);
    this.around.host.fail(sentenceFor(error, english));
    this.state.update((state) => ({ ...state, trouble: { message, remedy } }));
  }
}
