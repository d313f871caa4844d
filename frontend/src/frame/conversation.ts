/*
 * One thread, alive: what it shows, and the one stream that may be changing it. A conversation outlives its
 * place on the screen, so an answer goes on coming in while the person looks at another thread.
 *
 * Invariants: at most one stream at a time; whatever ends a stream, nothing stays marked as running; a message
 * the server did not take is handed back to its writer.
 */
import type { ChatKitClient, StreamRequest } from '../protocol/client';
import { ChatKitProblem, ConnectionLost, sentenceFor } from '../protocol/problems';
import { reduce } from '../protocol/reducer';
import {
  begin,
  emptyThread,
  fromThread,
  isPending,
  lastUserMessage,
  settle,
  type ThreadState,
  type Trouble,
  withItem,
  withOlder,
  withoutItemsAfter,
  withoutPending,
  withPendingMessage,
} from '../protocol/thread-state';
import type {
  ActionConfig,
  InferenceOptions,
  StructuredAnswer,
  Thread,
  ThreadEvent,
  UserContent,
  WidgetItem,
} from '../protocol/types';
import type { Host } from './bridge';
import { Store } from './store';

export type Message = {
  content: UserContent[];
  quoted_text: string | null;
  inference_options: InferenceOptions;
};

export type Surroundings = {
  client: ChatKitClient;
  host: Host;
  /** Called when the thread gets its id, its title changes, or its stream starts or ends. */
  changed(conversation: Conversation, what: 'thread' | 'start' | 'end'): void;
};

let conversations = 0;

export class Conversation {
  /** Stays the same while a new thread gets its id. */
  readonly key = `conversation-${++conversations}`;
  readonly state: Store<ThreadState>;
  readonly busy = new Store(false);
  #stream: AbortController | null = null;
  #stopping = false;
  #loadingOlder = false;

  constructor(
    private readonly around: Surroundings,
    thread: Thread | null = null,
  ) {
    this.state = new Store(thread ? loaded(thread) : emptyThread);
  }

  get id(): string | null {
    return this.state.value.thread?.id ?? null;
  }

  /** False when the server did not take the message. */
  async send({ content, quoted_text, inference_options }: Message): Promise<boolean> {
    if (this.busy.value) return false;
    const input = { content, attachments: [], quoted_text, inference_options };
    this.state.update((state) =>
      withPendingMessage(state, { type: 'user_message', content, quoted_text, inference_options }),
    );
    const end = await this.#run(
      this.id
        ? { type: 'threads.add_user_message', params: { thread_id: this.id, input } }
        : { type: 'threads.create', params: { input } },
    );
    if (!this.state.value.items.some(isPending)) return true;
    this.state.update((state) =>
      withoutPending({ ...state, trouble: state.trouble ?? (end === 'stopped' ? null : NOT_TAKEN) }),
    );
    return false;
  }

  async retry(itemId = lastUserMessage(this.state.value.items)?.id) {
    if (!this.id || !itemId || this.busy.value) return;
    this.state.update(begin);
    await this.#run(
      { type: 'threads.retry_after_item', params: { thread_id: this.id, item_id: itemId } },
      () => this.state.update((state) => withoutItemsAfter(state, itemId)),
    );
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
    if (handler === 'client') {
      await this.around.host.invoke('widgets.onAction', action, item && { id: item.id, widget: item.widget });
      return;
    }
    if (!this.id) return;
    const params = { thread_id: this.id, item_id: item?.id ?? null, action };
    if (streaming) {
      if (this.busy.value) return;
      this.state.update(begin);
      await this.#run({ type: 'threads.custom_action', params });
      return;
    }
    try {
      const { updated_item } = await this.around.client.json('threads.sync_custom_action', params);
      if (updated_item) this.state.update((state) => withItem(state, updated_item));
    } catch (error) {
      this.#trouble({ message: sentenceFor(error), remedy: 'none' });
    }
  }

  async feedback(itemIds: string[], kind: 'positive' | 'negative'): Promise<boolean> {
    if (!this.id) return false;
    try {
      await this.around.client.json('items.feedback', { thread_id: this.id, item_ids: itemIds, kind });
      return true;
    } catch (error) {
      this.#trouble({ message: sentenceFor(error), remedy: 'none' });
      return false;
    }
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

  /** For a thread that is about to vanish: ends the stream whether or not the server lets people stop it. */
  abandon() {
    this.#stream?.abort();
  }

  async loadOlder() {
    const { older } = this.state.value;
    if (!this.id || !older || this.#loadingOlder) return;
    this.#loadingOlder = true;
    try {
      const params = { thread_id: this.id, limit: 20, order: 'desc', after: older } as const;
      const page = await this.around.client.json('items.list', params);
      this.state.update((state) => withOlder(state, page));
    } catch (error) {
      this.#trouble({ message: sentenceFor(error), remedy: 'none' });
    } finally {
      this.#loadingOlder = false;
    }
  }

  async refresh() {
    if (!this.id || this.busy.value) return;
    try {
      const thread = await this.around.client.json('threads.get_by_id', { thread_id: this.id });
      if (this.busy.value) return;
      this.state.set(loaded(thread));
      this.around.changed(this, 'thread');
    } catch (error) {
      this.#trouble({ message: sentenceFor(error), remedy: 'refresh' });
    }
  }

  setTitle(title: string) {
    this.state.update((state) => (state.thread ? { ...state, thread: { ...state.thread, title } } : state));
  }

  async #run(request: StreamRequest, onAccepted?: () => void): Promise<'stopped' | 'ended'> {
    const stream = new AbortController();
    this.#stream = stream;
    this.#stopping = false;
    this.busy.set(true);
    this.around.changed(this, 'start');
    let trouble: Trouble | null = null;
    try {
      await this.around.client.stream(request, stream.signal, (events) => this.#apply(events), onAccepted);
      trouble = this.state.value.trouble;
    } catch (error) {
      if (!stream.signal.aborted) trouble = await this.#troubleFrom(error);
    }
    this.state.set(settle(this.state.value, trouble));
    this.#stream = null;
    this.busy.set(false);
    this.around.changed(this, 'end');
    if (stream.signal.aborted) return 'stopped';
    if (!trouble) await this.#runClientTool();
    return 'ended';
  }

  #apply(events: ThreadEvent[]) {
    const before = this.state.value;
    let state = before;
    for (const event of events) {
      if (event.type === 'client_effect') {
        this.around.host.emit('effect', { name: event.name, data: event.data ?? {} });
      }
      if (event.type === 'error') this.around.host.fail(event.message ?? event.code ?? 'stream.error');
      state = reduce(state, event);
    }
    this.state.setSoon(state);
    if (this.#stopping && !state.items.some(isPending)) this.#stream?.abort();
    if (state.thread !== before.thread) this.around.changed(this, 'thread');
  }

  async #troubleFrom(error: unknown): Promise<Trouble> {
    const message = sentenceFor(error);
    this.around.host.fail(message);
    if (error instanceof ChatKitProblem && error.status === 409 && this.id) await this.#readStatus(this.id);
    const cutOff = error instanceof ConnectionLost && !this.state.value.items.some(isPending);
    return { message, remedy: cutOff && this.id ? 'refresh' : 'none' };
  }

  /** A refused message may mean that somebody locked the thread: show that instead of a composer. */
  async #readStatus(threadId: string) {
    try {
      const { status } = await this.around.client.json('threads.get_by_id', { thread_id: threadId });
      this.state.update((state) =>
        state.thread ? { ...state, thread: { ...state.thread, status } } : state,
      );
    } catch {
      // The refusal itself is already being told.
    }
  }

  async #runClientTool() {
    const call = this.state.value.items.at(-1);
    if (call?.type !== 'client_tool_call' || call.status !== 'pending' || !this.id) return;
    let result: unknown;
    try {
      result =
        (await this.around.host.invoke('onClientTool', { name: call.name, params: call.arguments })) ?? {};
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.around.host.fail(`The client tool "${call.name}" failed: ${message}`);
      result = { error: message };
    }
    await this.#run({ type: 'threads.add_client_tool_output', params: { thread_id: this.id, result } });
  }

  #trouble(trouble: Trouble) {
    this.around.host.fail(trouble.message);
    this.state.update((state) => ({ ...state, trouble }));
  }
}

/** A thread that ends with a question was left while its answer was on the way. */
function loaded(thread: Thread): ThreadState {
  const waiting = thread.items.data.at(-1)?.type === 'user_message';
  return { ...fromThread(thread), trouble: waiting ? UNANSWERED : null };
}

const NOT_TAKEN: Trouble = {
  message: 'The server did not take this message. Send it again.',
  remedy: 'none',
};
const UNANSWERED: Trouble = { message: 'The answer is not complete yet.', remedy: 'refresh' };
