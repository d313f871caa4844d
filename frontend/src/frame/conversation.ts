/*
 * One thread, alive: what it shows, and the one stream that may be changing it. A conversation outlives its
 * place on the screen, so an answer goes on coming in while the person looks at another thread.
 *
 * Invariants: at most one stream at a time; whatever ends a stream, nothing stays marked as running; a message
 * the server did not take is handed back to its writer.
 */
import type { ChatKitClient, Listener, StreamRequest } from '../protocol/client';
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
  withNewest,
  withOlder,
  withoutItemsAfter,
  withoutPending,
  withPendingMessage,
} from '../protocol/thread-state';
import type {
  ActionConfig,
  ClientToolCallItem,
  InferenceOptions,
  Page,
  StructuredAnswer,
  Thread,
  ThreadEvent,
  ThreadItem,
  UserContent,
  WidgetItem,
} from '../protocol/types';
import type { Host } from './bridge';
import { follow, isOpenEnded, mayGrow } from './follow';
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

/** What a stream is of: a request of ours, or the run that answers somebody else's. */
type Source = StreamRequest | { type: 'follow'; run: string };

let conversations = 0;

export class Conversation {
  /** Stays the same while a new thread gets its id. */
  readonly key = `conversation-${++conversations}`;
  readonly state: Store<ThreadState>;
  readonly busy = new Store(false);
  #stream: AbortController | null = null;
  #stopping = false;
  #loadingOlder = false;
  #following: AbortController | null = null;
  /** Why there may be more of an answer than the last stream has shown. */
  #behind: 'cut off' | 'refused' | null = null;

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
    let accepted = false;
    await this.#run(
      { type: 'threads.retry_after_item', params: { thread_id: this.id, item_id: itemId } },
      () => {
        accepted = true;
        this.state.update((state) => withoutItemsAfter(state, itemId));
      },
    );
    // The old answer is kept until there is a new one.
    if (accepted && this.state.value.items.at(-1)?.id === itemId) await this.#readThread(this.id);
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
    try {
      const { updated_item } = await this.around.client.json('threads.sync_custom_action', params);
      if (updated_item) this.state.update((state) => withItem(state, updated_item));
    } catch (error) {
      this.#trouble({ message: sentenceFor(error), remedy: 'none' });
    }
  }

  async #actOnPage(action: Pick<ActionConfig, 'type' | 'payload'>, item: WidgetItem | null) {
    try {
      await this.around.host.invoke('widgets.onAction', action, item && { id: item.id, widget: item.widget });
    } catch (error) {
      this.around.host.fail(`The action "${action.type}" failed: ${wordsOf(error)}`);
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
      // A refresh meanwhile may have moved the place these items were to go.
      if (this.state.value.older === older) this.state.update((state) => withOlder(state, page));
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
      this.leave();
      this.state.set(loaded(thread));
      this.around.changed(this, 'thread');
      void this.catchUp();
    } catch (error) {
      this.#trouble({ message: sentenceFor(error), remedy: 'refresh' });
    }
  }

  /**
   * Follows the answer that is being written here on behalf of another page, or of this one before it was reloaded
   * or cut off. `expected`: more should have come, so what ended meanwhile is read again.
   */
  async catchUp(expected = mayGrow(this.state.value.items)) {
    const { id } = this;
    if (!id || this.busy.value || this.#following) return;
    const following = new AbortController();
    this.#following = following;
    try {
      const run = await this.around.client.runOn(id);
      if (following.signal.aborted) return;
      if (run === undefined) return expected ? await this.#poll(id, following.signal) : undefined;
      this.#following = null;
      if (run) return await this.#run({ type: 'follow', run });
      if (expected && (await this.#readThread(id))) this.state.update(answeredOrNot);
    } catch (error) {
      if (expected) this.#trouble({ message: sentenceFor(error), remedy: 'refresh' });
    } finally {
      if (this.#following === following) this.#following = null;
    }
  }

  /** For servers without runs: reads the newest items until the answer is among them. */
  async #poll(id: string, signal: AbortSignal) {
    this.state.update((state) => ({ ...state, awaited: true }));
    const arrived = await follow(async () => {
      const page = await this.around.client.json('items.list', { thread_id: id, limit: 20, order: 'desc' });
      if (!signal.aborted) this.state.update((state) => withNewest(state, page));
      return !isOpenEnded(page.data.toReversed());
    }, signal);
    if (signal.aborted) return;
    this.state.update((state) => ({ ...state, awaited: false, trouble: arrived ? null : UNFINISHED }));
    if (arrived) await this.#readMetadata(id);
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

  /** Busy until the last stream is over: a tool of the page that answers in between lets no other stream in. */
  async #run(source: Source, onAccepted?: () => void): Promise<'stopped' | 'ended'> {
    const stream = new AbortController();
    this.leave();
    this.#stream = stream;
    this.#stopping = false;
    this.#behind = null;
    this.busy.set(true);
    this.around.changed(this, 'start');
    let next: Source | null = source;
    while (next) {
      const trouble = await this.#receive(next, stream.signal, next === source ? onAccepted : undefined);
      // The page that asked runs the tools; those that look on must not run them a second time.
      const call: ClientToolCallItem | null =
        trouble || stream.signal.aborted || next.type === 'follow' ? null : this.#pendingCall();
      next = call && (await this.#clientToolOutput(call));
      if (stream.signal.aborted) next = null;
    }
    this.#stream = null;
    this.busy.set(false);
    this.around.changed(this, 'end');
    if (stream.signal.aborted) return 'stopped';
    if (this.#behind) void this.catchUp(this.#behind === 'cut off' || undefined);
    return 'ended';
  }

  async #receive(source: Source, signal: AbortSignal, onAccepted?: () => void) {
    const { client } = this.around;
    const listener: Listener = {
      signal,
      onEvents: (events) => this.#apply(events, source),
      onConnection: (connection) =>
        this.state.update((state) => ({ ...state, disconnected: connection === 'lost' })),
      onAccepted,
    };
    let trouble: Trouble | null = null;
    try {
      if (source.type === 'follow') {
        // A refusal because of this very answer may stand there until the answer is complete.
        const refusal = this.state.value.trouble;
        this.state.update((state) => ({
          ...begin(state),
          trouble: refusal?.remedy === 'none' ? refusal : null,
        }));
        await client.follow(source.run, listener);
        if (this.state.value.trouble === refusal) this.state.update((state) => ({ ...state, trouble: null }));
        // A retry took the old answer away when the new one began, and did not say so.
        if (this.id && !signal.aborted) await this.#readThread(this.id);
      } else await client.stream(source, listener);
      trouble = this.state.value.trouble;
    } catch (error) {
      if (!signal.aborted) trouble = await this.#troubleFrom(error);
    }
    this.state.set(settle(this.state.value, trouble));
    return trouble;
  }

  #apply(events: ThreadEvent[], { type }: Source) {
    const before = this.state.value;
    let state = before;
    for (const event of events) {
      if (event.type === 'client_effect' && type !== 'follow') {
        this.around.host.emit('effect', { name: event.name, data: event.data ?? {} });
      }
      if (event.type === 'error') this.around.host.fail(event.message ?? event.code ?? 'stream.error');
      state = this.#reduced(state, event);
    }
    this.state.setSoon(state);
    if (this.#stopping && !state.items.some(isPending)) this.#stream?.abort();
    if (state.thread !== before.thread) this.around.changed(this, 'thread');
  }

  /** An event that cannot be understood must not cost the person the rest of the answer. */
  #reduced(state: ThreadState, event: ThreadEvent): ThreadState {
    try {
      return reduce(state, event);
    } catch (error) {
      this.around.host.fail(`The event "${event.type}" could not be read: ${wordsOf(error)}`);
      return state;
    }
  }

  async #troubleFrom(error: unknown): Promise<Trouble> {
    const message = sentenceFor(error);
    this.around.host.fail(message);
    if (!this.id) return { message, remedy: 'none' };
    if (error instanceof ChatKitProblem && error.status === 409) {
      // Somebody may have locked the thread, or be waiting for an answer in another tab.
      await this.#readThread(this.id);
      this.#behind = 'refused';
      return { message, remedy: 'none' };
    }
    const cutOff = error instanceof ConnectionLost && !this.state.value.items.some(isPending);
    this.#behind = cutOff ? 'cut off' : null;
    return { message, remedy: cutOff ? 'refresh' : 'none' };
  }

  /** The thread with its newest items as they are now; a failure is not worth telling. */
  async #readThread(threadId: string): Promise<Thread | null> {
    const thread = await this.#readMetadata(threadId);
    if (thread) this.state.update((state) => withNewest(state, newestFirst(thread.items)));
    return thread;
  }

  /** The thread's title and status as they are now; a failure is not worth telling. */
  async #readMetadata(threadId: string): Promise<Thread | null> {
    try {
      const thread = await this.around.client.json('threads.get_by_id', { thread_id: threadId });
      const { items: _, ...metadata } = thread;
      this.state.update((state) => ({ ...state, thread: metadata }));
      this.around.changed(this, 'thread');
      return thread;
    } catch {
      return null;
    }
  }

  #pendingCall(): ClientToolCallItem | null {
    const call = this.state.value.items.at(-1);
    return call?.type === 'client_tool_call' && call.status === 'pending' ? call : null;
  }

  async #clientToolOutput({ name, arguments: params }: ClientToolCallItem): Promise<StreamRequest | null> {
    let result: unknown;
    try {
      result = (await this.around.host.invoke('onClientTool', { name, params })) ?? {};
    } catch (error) {
      this.around.host.fail(`The client tool "${name}" failed: ${wordsOf(error)}`);
      result = { error: wordsOf(error) };
    }
    if (!this.id) return null;
    return { type: 'threads.add_client_tool_output', params: { thread_id: this.id, result } };
  }

  #trouble(trouble: Trouble) {
    this.around.host.fail(trouble.message);
    this.state.update((state) => ({ ...state, trouble }));
  }
}

/** A thread that ends with an old question will get no answer by itself. */
function loaded(thread: Thread): ThreadState {
  const items = thread.items.data;
  const givenUp = items.at(-1)?.type === 'user_message' && !mayGrow(items);
  return { ...fromThread(thread), trouble: givenUp ? UNANSWERED : null };
}

/** What an ended run has left: an answer, or a question that can be asked again. */
function answeredOrNot(state: ThreadState): ThreadState {
  const last = state.items.findLast((item) => !isPending(item));
  return { ...state, trouble: last?.type === 'user_message' ? UNANSWERED : null };
}

const newestFirst = (page: Page<ThreadItem>) => ({ ...page, data: page.data.toReversed() });
const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const NOT_TAKEN: Trouble = {
  message: 'The server did not take this message. Send it again.',
  remedy: 'none',
};
const UNANSWERED: Trouble = { message: 'This question was left without an answer.', remedy: 'retry' };
const UNFINISHED: Trouble = { message: 'The answer is not complete yet.', remedy: 'refresh' };
