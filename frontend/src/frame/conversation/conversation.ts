/*
 * One thread and what the user does with it. A conversation outlives its place on the screen, so an answer goes on
 * coming in while the user looks at another thread. The stream of an answer is `response-stream.ts`, what is loaded
 * besides it `thread-loader.ts`, and what was not asked for here `catching-up.ts`.
 *
 * Invariant: a message that the server did not accept is handed back to its author.
 */
import { english } from '../../language/language';
import type { LinkMetadata } from '../../protocol/client';
import { sentenceFor } from '../../protocol/problems';
import { type Failure, failureOf, isPolling, isResponding } from '../../protocol/response-status';
import {
  emptyThread,
  failed,
  fromThread,
  isPending,
  lastUserMessage,
  type ThreadState,
  withEnding,
  withEndingOf,
  withOtherBranch,
  withoutFailedEnding,
  withoutItemsAfter,
  withoutItemsFrom,
  withoutPending,
  withPendingMessage,
  withRequest,
} from '../../protocol/thread-state';
import type {
  ActionConfig,
  RunState,
  StructuredAnswer,
  Thread,
  UserContent,
  UserMessageItem,
  WidgetItem,
  WidgetNode,
} from '../../protocol/types';
import { Branches } from '../branches/branches';
import { MessageQueue } from '../queue/message-queue';
import { Sharing } from '../share/sharing';
import { Store } from '../store';
import { CatchingUp } from './catching-up';
import { notAccepted } from './failures';
import { inputOf, type Message, messageAgain } from './message';
import { type End, ResponseStream, type StreamSource } from './response-stream';
import type { ConversationEvent, Services } from './services';
import { ThreadLoader } from './thread-loader';
import { type Sender, WidgetActions } from './widget-actions';

type Listener = (conversation: Conversation, event: ConversationEvent) => void;

let conversations = 0;

export class Conversation {
  /** Stays the same while a new thread gets its id. */
  readonly key = `conversation-${++conversations}`;
  readonly state: Store<ThreadState>;
  /** How many answers were asked for here: each is a reason to show its question. */
  asked = 0;
  /** When the last answer or action began that has ended: it may have changed what a widget is about. */
  readonly lastOutcome = new Store(0);
  readonly branches: Branches;
  readonly queue: MessageQueue;
  readonly sharing: Sharing;
  #actions: WidgetActions;
  #stream: ResponseStream;
  #loader: ThreadLoader;
  #catchingUp: CatchingUp;
  /** A message has ended the answer before it, and its own is about to be read. */
  #isTakingOver = false;
  /** The answer was asked to make room for another one. */
  #expectsNext = false;

  constructor(
    private readonly services: Services,
    private readonly onEvent: Listener,
    thread: Thread | null = null,
  ) {
    const emit = (event: ConversationEvent) => onEvent(this, event);
    this.state = new Store(thread ? fromThread(thread) : emptyThread);
    this.#loader = new ThreadLoader(services.client, this.state, () => emit('thread'));
    this.branches = new Branches(services.client);
    this.queue = new MessageQueue(services);
    this.sharing = new Sharing(services.client);
    this.#stream = new ResponseStream(services, this.state, this.#loader, this.queue, emit);
    this.#catchingUp = new CatchingUp(services, this.state, this.#loader, this.queue, {
      follow: (run) => this.#follow(run),
      canResume: () => this.#stream.canResume(),
      resume: () => this.#receive(() => this.#stream.resume()),
      fail: (error, remedy) => this.#fail(error, remedy),
    });
    this.#actions = new WidgetActions(services, this.state, {
      run: (request) => this.#run(request),
      attempt: (work) => this.#try(work),
      ended: (began) => this.lastOutcome.set(began),
    });
  }

  /** Widgets as a refresh has brought them. */
  get refreshed(): WeakSet<WidgetNode> {
    return this.#actions.refreshed;
  }

  /** How many clicks have brought something to the end of the thread: each is a reason to show it. */
  get broughtByClick(): Store<number> {
    return this.#actions.brought;
  }

  get isResponding(): boolean {
    return isResponding(this.state.value.status);
  }

  /** Whether an answer comes in, or an action has not ended. */
  get isBusy(): boolean {
    const { status } = this.state.value;
    return this.#actions.isActing || isResponding(status) || isPolling(status);
  }

  /** Whether the answer that comes in was asked for by another page, or by this one before it was reloaded. */
  isFollowing = false;

  get #text() {
    return this.services.language.value.text;
  }

  get id(): string | null {
    return this.state.value.thread?.id ?? null;
  }

  /** False when the server did not accept the message. While an answer is written, it waits where the server lets it. */
  async send(message: Message): Promise<boolean> {
    if (this.isResponding) return this.id && this.queue.isOpen ? this.#enqueue(this.id, message) : false;
    return this.#send(message, this.queue.isOpen ? { queue: true } : undefined);
  }

  async #send(message: Message, link?: LinkMetadata): Promise<boolean> {
    this.asked += 1;
    const input = inputOf(message);
    this.state.update((state) => withPendingMessage(state, { type: 'user_message', ...message }));
    const end = await this.#run(
      this.id
        ? { type: 'threads.add_user_message', params: { thread_id: this.id, input }, link }
        : { type: 'threads.create', params: { input } },
    );
    if (!this.state.value.items.some(isPending)) return true;
    if (end === 'queued') {
      this.state.update(withoutPending);
      return true;
    }
    const failure =
      failureOf(this.state.value.status) ?? (end === 'stopped' ? null : notAccepted(this.#text));
    this.state.update((state) => withoutPending(failed(state, failure)));
    return false;
  }

  async #enqueue(id: string, message: Message): Promise<boolean> {
    const outcome = await this.queue.add({ thread_id: id, input: inputOf(message) });
    if (outcome === 'refused') return false;
    if (outcome === 'queued') void this.#catchingUp.next();
    else void this.#takeOver(id, outcome);
    return true;
  }

  /** A message that waits is sent before the others; an answer that is being written stops, and is kept. */
  async sendNow(queuedId: string): Promise<boolean> {
    const { id } = this;
    if (!id) return false;
    this.#expectsNext = true;
    const sent = await this.queue.sendNow(id, queuedId);
    if (!sent) this.#expectsNext = false;
    else void this.#catchingUp.next(true);
    return sent;
  }

  /** The server has ended the answer for this one, and may have taken it back with its question. */
  async #takeOver(id: string, response: Response) {
    this.#isTakingOver = true;
    try {
      await this.whenReady();
      this.asked += 1;
      await this.#try(async () =>
        this.#show(await this.services.client.json('threads.get_by_id', { thread_id: id })),
      );
      await this.whenReady();
    } finally {
      this.#isTakingOver = false;
    }
    await this.#run({ type: 'opened', response });
    void this.branches.load(id);
  }

  /** Asks a message in other words; it and what followed stay behind the new one. False if the server refused it. */
  async edit(question: UserMessageItem, content: UserContent[]): Promise<boolean> {
    const { id } = this;
    if (!id || this.isResponding) return false;
    const { items, endings } = this.state.value;
    this.state.update((state) => withoutItemsFrom(state, question.id));
    const sent = await this.#send({ ...messageAgain(question), content }, { edits: question.id });
    if (!sent) this.state.update((state) => ({ ...state, items, endings }));
    // What is older is found by the oldest item, which has to be one of the thread.
    else if (items[0]?.id === question.id) await this.refresh();
    await this.branches.load(id);
    return sent;
  }

  /** Goes to another version of `from`, and to the newest of what followed it. What is above it stays as it is. */
  async walkTo(version: string, from: string): Promise<boolean> {
    const { id } = this;
    if (!id || this.isBusy) return false;
    return this.#try(async () => {
      const { places, to } = await this.branches.walkTo(id, version, from);
      const page = await this.#loader.loadBackTo(id, to);
      this.leave();
      this.state.update((state) => withOtherBranch(failed(state, null), { from, to }, page));
      this.branches.show(places);
      await this.#catchingUp.loadEndings(id);
    });
  }

  /** An earlier question is asked anew at the end: what follows would go with the answer that is replaced. */
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
    void this.branches.load(this.id);
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
  act(action: ActionConfig, item: Sender | null) {
    return this.#actions.act(action, item);
  }

  /** How often the server wants an action to be sent by itself, in seconds; undefined for those of users. */
  refreshInterval(type: string): number | undefined {
    return this.services.client.refreshes.get(type);
  }

  refreshWidget(action: ActionConfig, item: WidgetItem) {
    return this.#actions.refresh(action, item);
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
      this.#show(thread);
      void this.catchUp();
      this.loadExtras();
    }, 'refresh');
  }

  #show(thread: Thread) {
    this.leave();
    this.state.set(fromThread(thread));
    this.onEvent(this, 'thread');
  }

  /** Goes on with what was started elsewhere, or before. `expected`: more should have come. */
  async catchUp(expected?: boolean) {
    if (!this.#isTakingOver) await this.#catchingUp.catchUp(expected);
  }

  /** What only servers of this make know of the thread; nothing waits for it. */
  loadExtras() {
    const { id } = this;
    if (!id) return;
    void this.branches.load(id);
    void this.queue.load(id).then(() => this.#catchingUp.next());
    void this.sharing.load(id);
  }

  /** For a conversation that leaves the screen: what it polls for would not be seen. */
  leave() {
    this.#catchingUp.leave();
  }

  /** Resolves when no answer is being written. */
  whenReady(): Promise<void> {
    if (!this.isResponding) return Promise.resolve();
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

  async #follow(run: RunState) {
    await this.#run({ type: 'follow', run });
    // An answer that was written again stands beside the old one by now.
    if (this.id && run.retried) void this.branches.load(this.id);
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
    if (end === 'refused' || end === 'queued') void this.catchUp();
    if (end === 'stopped') this.queue.hold();
    else if (!this.#isTakingOver) void this.#catchingUp.next(this.#expectsNext);
    this.#expectsNext = false;
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
