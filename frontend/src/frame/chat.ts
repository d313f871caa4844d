/*
 * The chat as a whole: which conversation is on the screen, which others still have an answer coming in, the
 * history, the draft, and the options of the host page. What the host page may ask of it is `page-methods.ts`.
 */
import type { Kept } from '../bridge/contract';
import { english } from '../language/language';
import { type ReadOptions, readOptions, type UsableOptions } from '../options/read-options';
import { callFunctionAt, type EnterKey, hasFunctionAt, type SentOptions } from '../options/sendable-options';
import { ChatKitClient } from '../protocol/client';
import { ChatKitProblem, ConnectionLost, sentenceFor } from '../protocol/problems';
import type { Thread } from '../protocol/types';
import { hasTouchKeyboard } from '../ui/touch-keyboard';
import { Announcer } from './announcements/announcer';
import { ComposerSelection } from './composer/composer-selection';
import { type Draft, emptyDraft } from './composer/draft';
import { Outgoing } from './composer/outgoing';
import { Uploads } from './composer/uploads';
import { connect } from './connection/connection';
import { explaining } from './connection/misconfiguration';
import { isOwn } from './connection/own-server';
import { sendBytesWith } from './connection/send-bytes';
import { Conversation } from './conversation/conversation';
import { Entities } from './entities/entities';
import { ThreadHistory } from './history/thread-history';
import type { Host } from './host';
import { keepComposer, restoreComposer } from './kept-composer';
import { PageMethods } from './page-methods';
import { SpokenLanguage } from './spoken-language';
import { Store } from './store';

export type View = {
  conversation: Conversation;
  loading: boolean;
  failure: { threadId: string; message: string; gone: boolean } | null;
};

export class Chat {
  readonly options: Store<UsableOptions>;
  readonly #spoken = new SpokenLanguage();
  readonly language = this.#spoken.language;
  readonly view: Store<View>;
  readonly historyOpen = new Store(false);
  readonly draft = new Store<Draft>(emptyDraft);
  readonly selection: ComposerSelection;
  readonly uploads: Uploads;
  readonly outgoing: Outgoing;
  readonly announcer = new Announcer();
  /** Counts requests to put the cursor into the composer; `isForWriting`: also where that brings up a keyboard. */
  readonly focus = new Store({ count: 0, isForWriting: false });
  history: ThreadHistory;
  readonly entities: Entities;
  readonly methods: PageMethods;
  /** What addresses of the host page are relative to. */
  base: string;
  /** What Enter does in the composer: what the page wants, else what suits the device. */
  readonly enterKey = new Store<EnterKey>('send');
  #client: ChatKitClient;
  #running = new Map<string, Conversation>();
  #noticed = new Set<string>();
  /** The threads that this page has made. */
  #made = new Set<string>();
  #opening: { view: View; threadId: string; done: Promise<string | null> } | null = null;
  /** What was last reported to the host page about a conversation. */
  #reports = new WeakMap<Conversation, string>();

  constructor(
    private readonly host: Host,
    sent: SentOptions,
    kept: Kept = {},
  ) {
    const read = readOptions(sent, host.invoke);
    this.options = new Store(read.options);
    this.base = sent.base;
    this.enterKey.set(enterKeyOf(sent));
    this.#spoken.load(read.options.locale);
    this.selection = new ComposerSelection(this.options, host);
    this.uploads = new Uploads(() => this.#client, this.options, this.language);
    this.outgoing = new Outgoing(this, host);
    this.entities = new Entities(this.options, (name, error) => this.reportFailure(name, error));
    this.#client = this.#connect();
    this.history = new ThreadHistory(this.#client, this.language);
    this.methods = new PageMethods(this, host.fail);
    this.view = new Store(this.#blank());
    this.#reportProblems(read);
    restoreComposer(this, kept.composer);
    keepComposer(this, (composer) => host.keep(composer));
    const { threadId = read.options.initialThread } = kept;
    if (threadId) void this.open(threadId, { isRemembered: true });
  }

  setOptions(sent: SentOptions) {
    const read = readOptions(sent, this.host.invoke);
    const before = this.options.value;
    const { options } = read;
    const moved = apiKey(options, sent.base) !== apiKey(before, this.base);
    this.base = sent.base;
    this.enterKey.set(enterKeyOf(sent));
    this.options.set(options);
    this.#reportProblems(read);
    if (options.history?.enabled === false) void this.hideHistory();
    if (options.locale !== before.locale) this.#spoken.load(options.locale);
    if (!moved) return;
    // What was wrong with the server before is no matter of this one.
    this.host.misconfigured('');
    this.#client = this.#connect();
    this.#running.clear();
    this.history = new ThreadHistory(this.#client, this.language);
    if (options.initialThread) void this.open(options.initialThread, { isRemembered: true });
    else this.startNew();
  }

  /** Resolves when the texts of the language are loaded. */
  get languageReady(): Promise<void> {
    return this.#spoken.ready;
  }

  /** Of the page around the chat. */
  get hostOrigin(): string {
    return this.host.origin;
  }

  startNew(): Conversation {
    const view = this.#blank();
    this.#show(view);
    void this.focusComposer();
    return view.conversation;
  }

  /**
   * Returns why the thread is not open, for the host page; null if it is, or if something else was opened meanwhile.
   * A remembered thread that is gone is not an error: a new one starts.
   */
  async open(threadId: string, { isRemembered = false } = {}): Promise<string | null> {
    const { conversation, failure } = this.view.value;
    if (threadId === conversation.id && !failure) return null;
    if (this.#opening?.threadId === threadId && this.#opening.view === this.view.value)
      return this.#opening.done;
    const running = this.#running.get(threadId);
    if (running) {
      this.#show({ conversation: running, loading: false, failure: null });
      return null;
    }
    const view: View = { ...this.#blank(), loading: true };
    this.#switchTo(view);
    this.host.emit('thread.load.start', { threadId });
    this.#opening = { view, threadId, done: this.#load(threadId, view, isRemembered) };
    return this.#opening.done;
  }

  async #load(threadId: string, waiting: View, isRemembered: boolean): Promise<string | null> {
    try {
      const thread = await this.#client.json('threads.get_by_id', { thread_id: threadId });
      if (this.view.value !== waiting) return null;
      const conversation = this.#conversation(thread);
      this.#show({ conversation, loading: false, failure: null });
      void conversation.catchUp();
      conversation.loadExtras();
      return null;
    } catch (error) {
      if (this.view.value !== waiting) return null;
      const gone = error instanceof ChatKitProblem && error.status === 404;
      if (gone && isRemembered) {
        this.#show(this.#blank());
        return null;
      }
      const failure = { threadId, message: sentenceFor(error, this.language.value), gone };
      const reason = sentenceFor(error, english);
      this.host.fail(reason);
      this.view.set({ ...waiting, loading: false, failure });
      return reason;
    } finally {
      this.host.emit('thread.load.end', { threadId });
    }
  }

  /** What is on the screen could not be drawn: it is fetched anew. */
  reload() {
    const { id } = this.view.value.conversation;
    this.#switchTo(this.#blank());
    if (id) void this.open(id);
  }

  /** False where the server did not delete it. */
  async deleteThread(id: string): Promise<boolean> {
    if (!(await this.history.remove(id))) return false;
    this.#running.get(id)?.abandon();
    if (this.view.value.conversation.id === id) this.startNew();
    return true;
  }

  async renameThread(id: string, title: string): Promise<boolean> {
    if (!(await this.history.rename(id, title))) return false;
    const { conversation } = this.view.value;
    if (conversation.id === id) conversation.setTitle(title);
    this.#running.get(id)?.setTitle(title);
    return true;
  }

  async focusComposer() {
    this.focus.update(({ count }) => ({ count: count + 1, isForWriting: true }));
  }

  /** For what has done its work and goes away: the focus goes on to the composer, without a keyboard on the screen. */
  moveOn() {
    this.focus.update(({ count }) => ({ count: count + 1, isForWriting: false }));
  }

  /** Reports to the host page which of its functions failed, and why. */
  reportFailure(name: string, error: unknown) {
    this.host.fail(`${name} failed: ${error instanceof Error ? error.message : error}`);
  }

  /** For functions of the host page whose result does not matter. */
  callHost(name: string, work: () => unknown) {
    void (async () => work())().catch((error) => this.reportFailure(name, error));
  }

  log(name: string, data?: Record<string, unknown>) {
    this.host.emit('log', { name, data });
  }

  deeplink(name: string, data?: Record<string, unknown>) {
    this.host.emit('deeplink', { name, data });
  }

  async transcribe(audio: Blob): Promise<string> {
    const bytes = new Uint8Array(await audio.arrayBuffer());
    const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    const recording = { audio_base64: btoa(letters), mime_type: audio.type };
    return (await this.#client.json('input.transcribe', recording)).text;
  }

  /** What went wrong, for the user: in the server's words where it has some. */
  sentence(error: unknown, otherwise: string): string {
    this.host.fail(error instanceof Error ? error.message : String(error));
    const hasSentence = error instanceof ChatKitProblem || error instanceof ConnectionLost;
    return hasSentence ? sentenceFor(error, this.language.value) : otherwise;
  }

  async openHistory() {
    if (this.historyOpen.value) return;
    this.historyOpen.set(true);
    this.host.emit('history.open');
    await this.history.reload();
  }

  async hideHistory() {
    if (!this.historyOpen.value) return;
    this.historyOpen.set(false);
    this.host.emit('history.close');
  }

  /** The conversation on the screen, once it is loaded: what is asked for meanwhile is meant for that thread. */
  async loaded(): Promise<Conversation> {
    await this.#whenLoaded();
    return this.view.value.conversation;
  }

  /** The same for a message: in place of a thread that could not be opened, it starts one. */
  async opened(): Promise<Conversation> {
    await this.#whenLoaded();
    if (this.view.value.failure) this.#show(this.#blank());
    return this.view.value.conversation;
  }

  /** What work on a conversation gives, and what it reports to the host page meanwhile. */
  async reported<T>(conversation: Conversation, work: () => Promise<T>) {
    this.#reports.delete(conversation);
    const result = await work();
    return { result, reason: this.#reports.get(conversation) ?? null };
  }

  #whenLoaded(): Promise<void> {
    if (!this.view.value.loading) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.view.subscribe(() => {
        if (this.view.value.loading) return;
        stop();
        resolve();
      });
    });
  }

  #blank(): View {
    return { conversation: this.#conversation(null), loading: false, failure: null };
  }

  #switchTo(view: View) {
    const { conversation } = this.view.value;
    if (conversation !== view.conversation) conversation.leave();
    this.view.set(view);
  }

  #show(view: View) {
    this.#switchTo(view);
    this.host.emit('thread.change', { threadId: view.conversation.id });
  }

  #reportProblems({ problems, notices }: ReadOptions) {
    for (const notice of notices) {
      if (!this.#noticed.has(notice)) console.info(`<openai-chatkit>: ${notice}`);
      this.#noticed.add(notice);
    }
    for (const problem of problems) {
      this.host.fail(problem, 'InvalidFrameParamsError');
      // A developer who writes the options has the console open, and may not listen to the event yet.
      console.warn(`<openai-chatkit>: ${problem}`);
    }
  }

  #connect() {
    const { url, fetch } = connect(this.options.value.api, {
      host: this.host,
      base: this.base,
      acceptLanguage: () => this.#spoken.acceptLanguage,
      noSecretMessage: () => this.language.value.text.session.failed,
    });
    const { host, base } = this;
    const hasMade = (id: string) => this.#made.has(id);
    const explained = explaining(fetch, { host, url, base, hasMade });
    return new ChatKitClient(url, explained, sendBytesWith(host), isOwn(new URL(url, base).href));
  }

  #conversation(thread: Thread | null): Conversation {
    const host: Host = {
      ...this.host,
      fail: (message, name) => {
        this.#reports.set(made, message);
        this.host.fail(message, name);
      },
      // A function may stand elsewhere in the options of the page than where it is called by its present name.
      invoke: async (path, ...args) =>
        hasFunctionAt(this.options.value, path)
          ? callFunctionAt(this.options.value, path, args)
          : this.host.invoke(path, ...args),
    };
    const services = { client: this.#client, host, language: this.language };
    let announced = thread?.id ?? null;
    let accepted = false;
    const made: Conversation = new Conversation(
      services,
      (conversation, event) => {
        const { id } = conversation;
        const isVisible = conversation === this.view.value.conversation;
        // A request that is refused has no response.
        if (event === 'accepted' && !accepted) this.host.emit('response.start');
        if (event === 'end' && accepted) this.host.emit('response.end');
        accepted = event === 'end' ? false : accepted || event === 'accepted';
        if (id && conversation.isResponding) this.#running.set(id, conversation);
        if (id && event === 'end') this.#running.delete(id);
        if (id && event === 'thread') this.history.setTitle(id, conversation.state.value.thread?.title);
        if (id && !announced) this.#made.add(id);
        if (id && !announced) conversation.loadExtras();
        if (id && !announced && isVisible) this.host.emit('thread.change', { threadId: id });
        announced = id;
      },
      thread,
    );
    return made;
  }
}

/** A keyboard on a screen has no Shift+Enter, so its Enter makes a new line and the button sends. */
const enterKeyOf = ({ enterKey }: SentOptions): EnterKey =>
  enterKey ?? (hasTouchKeyboard() ? 'newline' : 'send');

/** What distinguishes one server from another: new options with the same one must not lose what is on the screen. */
function apiKey({ api }: UsableOptions, base: string): string {
  if (!api) return '';
  return 'url' in api ? `${new URL(api.url, base)} ${Boolean(api.fetch)}` : 'hosted';
}
