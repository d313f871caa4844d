/*
 * The chat as a whole: which conversation is on the screen, which others still have an answer coming in, the
 * history, the draft, and the options of the host page. It is also what the host page calls (FrameApi).
 */
import type { FrameApi } from '../bridge/contract';
import { english, type Language, languageFor } from '../language/language';
import { type ReadOptions, readOptions, type UsableOptions } from '../options/read-options';
import type { SentOptions } from '../options/sendable-options';
import { ChatKitClient } from '../protocol/client';
import { ChatKitProblem, ConnectionLost, sentenceFor } from '../protocol/problems';
import type { Attachment, Thread, UserContent } from '../protocol/types';
import { Announcer } from './announcements/announcer';
import { ComposerSelection } from './composer/composer-selection';
import { contentOf, type Draft, draftFrom, emptyDraft } from './composer/draft';
import { Uploads, waitsFor } from './composer/uploads';
import { connect } from './connection/connection';
import { Conversation } from './conversation/conversation';
import { type Message, messageFrom } from './conversation/message';
import { Entities } from './entities/entities';
import { ThreadHistory } from './history/thread-history';
import type { Host } from './host';
import { Store } from './store';

export type View = {
  conversation: Conversation;
  loading: boolean;
  failure: { threadId: string; message: string; gone: boolean } | null;
};

export class Chat implements FrameApi {
  readonly options: Store<UsableOptions>;
  readonly language = new Store<Language>(english);
  /** Resolves when the texts of the language are loaded. */
  languageReady: Promise<void>;
  readonly view: Store<View>;
  readonly historyOpen = new Store(false);
  readonly draft = new Store<Draft>(emptyDraft);
  readonly selection: ComposerSelection;
  readonly uploads: Uploads;
  readonly announcer = new Announcer();
  /** Counts requests to put the cursor into the composer. */
  readonly focus = new Store(0);
  history: ThreadHistory;
  readonly entities: Entities;
  /** What addresses of the host page are relative to. */
  base: string;
  #client: ChatKitClient;
  #running = new Map<string, Conversation>();

  constructor(
    private readonly host: Host,
    sent: SentOptions,
  ) {
    const read = readOptions(sent, host.invoke);
    this.options = new Store(read.options);
    this.base = sent.base;
    this.languageReady = this.#loadLanguage(read.options.locale);
    this.selection = new ComposerSelection(this.options, host);
    this.uploads = new Uploads(() => this.#client, this.options, this.language);
    this.entities = new Entities(this.options, (name, error) => this.reportFailure(name, error));
    this.#client = this.#connect();
    this.history = new ThreadHistory(this.#client, this.language);
    this.view = new Store(this.#blank());
    this.#reportProblems(read);
    const { initialThread } = read.options;
    if (initialThread) void this.open(initialThread, { isRemembered: true });
  }

  setOptions(sent: SentOptions) {
    const read = readOptions(sent, this.host.invoke);
    const before = this.options.value;
    const { options } = read;
    const moved = apiKey(options, sent.base) !== apiKey(before, this.base);
    this.base = sent.base;
    this.options.set(options);
    this.#reportProblems(read);
    if (options.history?.enabled === false) void this.hideHistory();
    if (options.locale !== before.locale) this.languageReady = this.#loadLanguage(options.locale);
    if (!moved) return;
    this.#client = this.#connect();
    this.#running.clear();
    this.history = new ThreadHistory(this.#client, this.language);
    if (options.initialThread) void this.open(options.initialThread, { isRemembered: true });
    else this.startNew();
  }

  startNew() {
    this.#show(this.#blank());
    this.focus.update((count) => count + 1);
  }

  /** A remembered thread that is gone is not an error: a new one starts. */
  async open(threadId: string, { isRemembered = false } = {}) {
    if (threadId === this.view.value.conversation.id && !this.view.value.failure) return;
    const running = this.#running.get(threadId);
    if (running) return this.#show({ conversation: running, loading: false, failure: null });

    const waiting: View = { ...this.#blank(), loading: true };
    this.#switchTo(waiting);
    this.host.emit('thread.load.start', { threadId });
    try {
      const thread = await this.#client.json('threads.get_by_id', { thread_id: threadId });
      if (this.view.value !== waiting) return;
      const conversation = this.#conversation(thread);
      this.#show({ conversation, loading: false, failure: null });
      void conversation.catchUp();
    } catch (error) {
      if (this.view.value !== waiting) return;
      const gone = error instanceof ChatKitProblem && error.status === 404;
      if (gone && isRemembered) return this.#show(this.#blank());
      const failure = { threadId, message: sentenceFor(error, this.language.value), gone };
      this.host.fail(sentenceFor(error, english));
      this.view.set({ ...waiting, loading: false, failure });
    } finally {
      this.host.emit('thread.load.end', { threadId });
    }
  }

  /** Sends the draft; if the server refuses it, it is back in the composer unless something new was typed. */
  async sendDraft() {
    const draft = this.draft.value;
    if (!this.canSend() || this.view.value.loading) return;
    const files = this.uploads.take();
    const inference_options = this.selection.inference;
    const restoreSelection = this.selection.afterSend();
    this.draft.set(emptyDraft);
    this.host.emit('log', { name: 'composer.submit', data: { threadId: this.view.value.conversation.id } });
    const sent = await this.#send({
      content: contentOf(draft),
      attachments: files.attachments,
      quoted_text: draft.quote,
      inference_options,
    });
    if (sent) return files.done();
    files.giveBack();
    restoreSelection();
    if (!this.draft.value.text) this.draft.set(draft);
  }

  /** A prompt of the start screen is asked as if it had been written: with the chosen tool and model. */
  async sendPrompt(prompt: string | UserContent[]) {
    const { inference } = this.selection;
    const restoreSelection = this.selection.afterSend();
    const content = typeof prompt === 'string' ? { text: prompt } : { content: prompt };
    const sent = await this.#send({ ...messageFrom(content), inference_options: inference });
    if (!sent) restoreSelection();
  }

  /** There is something to send, and all of it is ready. */
  canSend(): boolean {
    const files = this.uploads.state.value;
    return (
      waitsFor(files, this.language.value.text) === null &&
      Boolean(this.draft.value.text.trim() || files.uploads.length)
    );
  }

  async deleteThread(id: string) {
    if (!(await this.history.remove(id))) return;
    this.#running.get(id)?.abandon();
    if (this.view.value.conversation.id === id) this.startNew();
  }

  async renameThread(id: string, title: string): Promise<boolean> {
    if (!(await this.history.rename(id, title))) return false;
    const { conversation } = this.view.value;
    if (conversation.id === id) conversation.setTitle(title);
    this.#running.get(id)?.setTitle(title);
    return true;
  }

  async focusComposer() {
    this.focus.update((count) => count + 1);
  }

  async setThreadId(threadId: string | null) {
    if (threadId) await this.open(threadId);
    else this.startNew();
  }

  async sendUserMessage(params: Parameters<FrameApi['sendUserMessage']>[0]) {
    if (params.newThread) this.startNew();
    await this.#whenOpened();
    if (this.view.value.conversation.isResponding)
      return this.host.fail('sendUserMessage: the message was not sent, because an answer is being written.');
    await this.#send(messageFrom(params));
  }

  async setComposerValue({
    text,
    content,
    reply,
    attachments,
    files,
    selectedToolId,
    selectedModelId,
  }: Parameters<FrameApi['setComposerValue']>[0]) {
    if (attachments) this.uploads.addReady(attachments as Attachment[]);
    if (files && !this.uploads.limits)
      this.host.fail(
        'setComposerValue: the files were left out, because composer.attachments is not enabled.',
      );
    if (files) this.uploads.add(files);
    if (selectedToolId !== undefined) this.selection.chooseTool(selectedToolId);
    if (selectedModelId !== undefined) this.selection.chooseModel(selectedModelId);
    const written = content ?? (text === undefined ? null : [{ type: 'input_text', text } as const]);
    this.draft.update((draft) => ({
      ...(written ? draftFrom(written) : draft),
      quote: reply ?? draft.quote,
    }));
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

  async sendCustomAction(action: Parameters<FrameApi['sendCustomAction']>[0], itemId?: string) {
    const { conversation } = this.view.value;
    if (!conversation.id || conversation.isResponding)
      return this.host.fail(
        `sendCustomAction: "${action.type}" was not sent, because ${conversation.id ? 'an answer is being written' : 'no thread is open'}.`,
      );
    const item = conversation.state.value.items.find(({ id }) => id === itemId);
    await conversation.act(action, item?.type === 'widget' ? item : null);
  }

  async fetchUpdates() {
    if (this.historyOpen.value) void this.history.reload();
    await this.view.value.conversation.refresh();
  }

  async showHistory() {
    if (this.options.value.history?.enabled === false)
      return this.host.fail('showHistory: there is no history to show, because history.enabled is false.');
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

  async #send(message: Message): Promise<boolean> {
    await this.#whenOpened();
    // Behind the message that a thread could not be opened is an empty one.
    if (this.view.value.failure) this.#show(this.#blank());
    return this.view.value.conversation.send(message);
  }

  /** A message sent while a thread is being opened is meant for that thread. */
  #whenOpened(): Promise<void> {
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

  async #loadLanguage(locale: string | undefined) {
    const language = await languageFor(locale ? [locale] : navigator.languages);
    if (locale === this.options.value.locale) this.language.set(language);
  }

  #reportProblems({ problems }: ReadOptions) {
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
      locale: () => this.language.value.locale,
      noSecretMessage: () => this.language.value.text.session.failed,
    });
    return new ChatKitClient(url, fetch);
  }

  #conversation(thread: Thread | null): Conversation {
    const services = { client: this.#client, host: this.host, language: this.language };
    let announced = thread?.id ?? null;
    let accepted = false;
    return new Conversation(
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
        if (id && !announced && isVisible) this.host.emit('thread.change', { threadId: id });
        announced = id;
      },
      thread,
    );
  }
}

/** What distinguishes one server from another: new options with the same one must not lose what is on the screen. */
function apiKey({ api }: UsableOptions, base: string): string {
  if (!api) return '';
  return 'url' in api ? `${new URL(api.url, base)} ${Boolean(api.fetch)}` : 'hosted';
}
