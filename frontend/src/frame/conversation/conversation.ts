/*
 * One thread and what the user does with it. A conversation outlives its place on the screen, so an answer goes on
 * coming in while the user looks at another thread. The stream of an answer is `response-stream.ts`, what is loaded
 * besides it `thread-loader.ts`.
 *
 * Invariant: a message that the server did not accept is handed back to its author.
 */
import { english } from '../../language/language';
import { ChatKitProblem, sentenceFor } from '../../protocol/problems';
import {
  type Failure,
  failureOf,
  finish,
  isPolling,
  isResponding,
  poll,
} from '../../protocol/response-status';
import {
  emptyThread,
  failed,
  fromThread,
  isPending,
  lastUserMessage,
  type ThreadState,
  withEnding,
  withEndingOf,
  withItem,
  withoutFailedEnding,
  withoutItemsAfter,
  withoutPending,
  withPendingMessage,
  withRequest,
} from '../../protocol/thread-state';
import type { ActionConfig, StructuredAnswer, Thread, WidgetItem, WidgetNode } from '../../protocol/types';
import { Store } from '../store';
import { isFresh, mayGrow } from './answer-polling';
import { endingsFrom, failureOfLastAnswer, incomplete, notAccepted } from './failures';
import { type Message, messageAgain } from './message';
import { type End, ResponseStream, type StreamSource } from './response-stream';
import type { ConversationEvent, Services } from './services';
import { ThreadLoader } from './thread-loader';

type Sender = Pick<WidgetItem, 'id'> & Partial<Pick<WidgetItem, 'widget'>>;
type Listener = (conversation: Conversation, event: ConversationEvent) => void;

let conversations = 0;

/** Of a request that was refused: time alone changes nothing about it. */
const isFinal = (status: number) => status >= 400 && status < 500 && ![401, 408, 429].includes(status);

export class Conversation {
  /** Stays the same while a new thread gets its id. */
  readonly key = `conversation-${++conversations}`;
  readonly state: Store<ThreadState>;
  /** How many answers were asked for here: each is a reason to show its question. */
  asked = 0;
  /** When the last answer or action began that has ended: it may have changed what a widget is about. */
  readonly lastOutcome = new Store(0);
  /** How many clicks have brought something to the end of the thread: each is a reason to show it. */
  readonly broughtByClick = new Store(0);
  /** Widgets as a refresh has brought them. */
  readonly refreshed = new WeakSet<WidgetNode>();
  #acting = 0;
  #stream: ResponseStream;
  #loader: ThreadLoader;
  #catchingUp: AbortController | null = null;

  constructor(
    private readonly services: Services,
    private readonly onEvent: Listener,
    thread: Thread | null = null,
  ) {
    const emit = (event: ConversationEvent) => onEvent(this, event);
    this.state = new Store(thread ? fromThread(thread) : emptyThread);
    this.#loader = new ThreadLoader(services.client, this.state, () => emit('thread'));
    this.#stream = new ResponseStream(services, this.state, this.#loader, emit);
  }

  get isResponding(): boolean {
    return isResponding(this.state.value.status);
  }

  /** Whether an answer comes in, or an action has not ended. */
  get isBusy(): boolean {
    const { status } = this.state.value;
    return this.#acting > 0 || isResponding(status) || isPolling(status);
  }

  /** Whether the answer that comes in was asked for by another page, or by this one before it was reloaded. */
  isFollowing = false;

  get #text() {
    return this.services.language.value.text;
  }

  get id(): string | null {
    return this.state.value.thread?.id ?? null;
  }

  /** False when the server did not accept the message. */
  async send({ content, attachments, quoted_text, inference_options }: Message): Promise<boolean> {
    if (this.isResponding) return false;
    this.asked += 1;
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
    const failure =
      failureOf(this.state.value.status) ?? (end === 'stopped' ? null : notAccepted(this.#text));
    this.state.update((state) => withoutPending(failed(state, failure)));
    return false;
  }

  /** An earlier question is asked anew at the end: the server drops all that follows what it answers again. */
  async retry(itemId = lastUserMessage(this.state.value.items)?.id) {
    if (!this.id || !itemId || this.isResponding) return;
    const { items } = this.state.value;
    const question = items.find(({ id }) => id === itemId);
    if (question?.type === 'user_message' && question !== lastUserMessage(items)) {
      await this.send(messageAgain(question));
      return;
    }
    this.asked += 1;
    const ending = this.state.value.endings[itemId];
    this.state.update((state) => withRequest(state));
    let accepted = false;
    await this.#run(
      { type: 'threads.retry_after_item', params: { thread_id: this.id, item_id: itemId } },
      () => {
        accepted = true;
        this.state.update((state) => withoutItemsAfter(state, itemId));
      },
    );
    // The old answer is kept until there is a new one.
    if (!accepted || this.state.value.items.at(-1)?.id !== itemId) return;
    await this.#loader.loadNewest(this.id);
    if (failureOf(this.state.value.status)) return;
    this.state.update((state) => withEndingOf(state, itemId, ending));
  }

  async answer(itemId: string, answers: Record<string, Required<StructuredAnswer>> | null) {
    if (!this.id || this.isResponding) return;
    const input = answers
      ? ({ status: 'answered', answers } as const)
      : ({ status: 'skipped', answers: {} } as const);
    this.state.update((state) => withRequest(state));
    await this.#run({
      type: 'threads.add_structured_input',
      params: { thread_id: this.id, item_id: itemId, input },
    });
  }

  /** `item`: the widget that it comes from, with its tree where that is here. */
  async act({ type, payload, handler, streaming = true }: ActionConfig, item: Sender | null) {
    const action = { type, payload };
    if (handler === 'client') return this.#actOnHost(action, item);
    if (!this.id) return;
    const params = { thread_id: this.id, item_id: item?.id ?? null, action };
    if (streaming) {
      if (this.isResponding) return;
      const { endings } = this.state.value;
      const question = lastUserMessage(this.state.value.items)?.id ?? '';
      this.state.update((state) => withRequest(state));
      const unsubscribe = this.#onNewEnd(() => this.broughtByClick.update((count) => count + 1));
      await this.#run({ type: 'threads.custom_action', params });
      unsubscribe();
      // What failed is the click, and not the answer before it.
      if (failureOf(this.state.value.status))
        this.state.update((state) => withEndingOf(state, question, endings[question]));
      return;
    }
    const began = Date.now();
    this.#acting += 1;
    await this.#try(async () => {
      const { updated_item } = await this.services.client.json('threads.sync_custom_action', params);
      if (updated_item) this.state.update((state) => withItem(state, updated_item));
    });
    this.#acting -= 1;
    this.lastOutcome.set(began);
  }

  /** Calls once, when a new item stands at the end. */
  #onNewEnd(call: () => void): () => void {
    const known = new Set(this.state.value.items.map(({ id }) => id));
    const unsubscribe = this.state.subscribe(() => {
      const end = this.state.value.items.at(-1);
      if (!end || known.has(end.id)) return;
      unsubscribe();
      call();
    });
    return unsubscribe;
  }

  /** How often the server wants an action to be sent by itself, in seconds; undefined for those of users. */
  refreshInterval(type: string): number | undefined {
    return this.services.client.refreshes.get(type);
  }

  /**
   * Brings a widget up to date, unnoticed: no answer is awaited, nothing is announced, and what fails is not reported.
   * "refused": the server will not do it the next time either.
   */
  async refreshWidget(
    { type, payload }: ActionConfig,
    item: WidgetItem,
  ): Promise<'done' | 'failed' | 'refused'> {
    if (!this.id) return 'failed';
    const params = { thread_id: this.id, item_id: item.id, action: { type, payload } };
    try {
      const { updated_item: updated } = await this.services.client.json('threads.sync_custom_action', params);
      // Something else has changed it meanwhile, which is newer.
      const isCurrent = this.state.value.items.includes(item);
      if (updated?.type !== 'widget' || !isCurrent) return 'done';
      this.refreshed.add(updated.widget);
      this.state.update((state) => withItem(state, updated));
      return 'done';
    } catch (error) {
      return error instanceof ChatKitProblem && isFinal(error.status) ? 'refused' : 'failed';
    }
  }

  async #actOnHost(action: Pick<ActionConfig, 'type' | 'payload'>, item: Sender | null) {
    try {
      await this.services.host.invoke(
        'widgets.onAction',
        action,
        item && { id: item.id, widget: item.widget },
      );
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.services.host.fail(`The action "${action.type}" failed: ${why}`);
    }
  }

  /** For what a developer of the host page should know, and the user need not. */
  reportToHost(message: string) {
    this.services.host.fail(message);
  }

  async feedback(itemIds: string[], kind: 'positive' | 'negative'): Promise<boolean> {
    const thread_id = this.id;
    if (!thread_id) return false;
    return this.#try(() =>
      this.services.client.json('items.feedback', { thread_id, item_ids: itemIds, kind }),
    );
  }

  stop() {
    this.#stream.stop();
  }

  /** For a thread that is about to be deleted. */
  abandon() {
    this.#stream.abandon();
  }

  /** Hosts that tools have named in this thread, as far as its server knows. */
  async hostsNamedByTools(): Promise<string[]> {
    return this.id ? this.services.client.hostsNamedByTools(this.id) : [];
  }

  async loadOlder() {
    const { id } = this;
    if (id) await this.#try(() => this.#loader.loadOlder(id));
  }

  async refresh() {
    const { id } = this;
    if (!id || this.isResponding) return;
    await this.#try(async () => {
      const thread = await this.services.client.json('threads.get_by_id', { thread_id: id });
      if (this.isResponding) return;
      this.leave();
      this.state.set(fromThread(thread));
      this.onEvent(this, 'thread');
      void this.catchUp();
    }, 'refresh');
  }

  /**
   * Goes on with what another page has started, or this one before it was reloaded or cut off: follows the answer
   * that is being written, carries out the call that waits for a page, or reports what became of the last answer.
   * `expected`: more should have come, so what ended meanwhile is loaded again.
   */
  async catchUp(expected = mayGrow(this.state.value.items)) {
    const { id } = this;
    if (!id || this.isResponding || this.#catchingUp) return;
    const catchingUp = new AbortController();
    this.#catchingUp = catchingUp;
    try {
      const runs = await this.services.client.runsOn(id);
      if (catchingUp.signal.aborted) return;
      if (runs?.run) return void (await this.#run({ type: 'follow', run: runs.run }));
      if (runs && expected && !(await this.#loader.loadNewest(id))) return;
      if (catchingUp.signal.aborted) return;
      if (runs) {
        const endings = endingsFrom(runs.endings, this.#text);
        this.state.update((state) => ({ ...state, endings }));
      }
      const { items, endings } = this.state.value;
      const ending = endings[lastUserMessage(items)?.id ?? ''];
      const failure = ending ? ending.failure : failureOfLastAnswer(items, runs?.last, this.#text);
      if (this.#stream.canResume() && !failure && this.#isWorthResuming(runs?.last?.status)) {
        return void (await this.#receive(() => this.#stream.resume()));
      }
      if (!runs && expected) return await this.#poll(id, catchingUp.signal);
      if (failure || expected) this.state.update((state) => failed(state, failure));
    } catch (error) {
      if (expected) this.#fail(error, 'refresh');
    } finally {
      if (this.#catchingUp === catchingUp) this.#catchingUp = null;
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
    const arrived = await this.#loader.untilAnswered(id, signal);
    if (signal.aborted) return;
    const failure = arrived ? null : incomplete(this.#text);
    this.state.update((state) => failed({ ...state, status: finish(state.status) }, failure));
    if (arrived) await this.#loader.loadMetadata(id);
  }

  /** For a conversation that leaves the screen: what it polls for would not be seen. */
  leave() {
    this.#catchingUp?.abort();
    this.#catchingUp = null;
    if (isPolling(this.state.value.status)) {
      this.state.update((state) => ({ ...state, status: finish(state.status) }));
    }
  }

  /** Resolves when no answer is being written. */
  whenReady(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.state.subscribe(() => {
        if (this.isResponding) return;
        stop();
        resolve();
      });
    });
  }

  setTitle(title: string) {
    this.state.update((state) => (state.thread ? { ...state, thread: { ...state.thread, title } } : state));
  }

  #run(source: StreamSource, onAccepted?: () => void): Promise<End> {
    this.isFollowing = source.type === 'follow';
    return this.#receive(() => this.#stream.run(source, onAccepted));
  }

  /** When it ends early, there may be more on the server than has come. */
  async #receive(start: () => Promise<End>): Promise<End> {
    this.leave();
    const began = Date.now();
    const end = await start();
    const { items, status } = this.state.value;
    if (end === 'stopped' && !items.some(isPending)) this.state.update((state) => withEnding(state, null));
    if (end === 'complete' && !failureOf(status)) this.state.update(withoutFailedEnding);
    if (end === 'cut off') void this.catchUp(true);
    if (end === 'refused') void this.catchUp();
    this.lastOutcome.set(began);
    return end;
  }

  /** What fails here is reported beside the thread, and changes nothing in it. */
  async #try(work: () => Promise<unknown>, remedy: Failure['remedy'] = 'none'): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#fail(error, remedy);
      return false;
    }
  }

  #fail(error: unknown, remedy: Failure['remedy']) {
    const message = sentenceFor(error, this.services.language.value);
    this.services.host.fail(sentenceFor(error, english));
    this.state.update((state) => failed(state, { message, remedy }));
  }
}
