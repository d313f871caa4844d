/*
 * What the host page may ask of the chat. A method resolves when what it asked for is done, in the order of the calls,
 * and else rejects with a sentence that says why; it never resolves as if something had been done. What the page did
 * wrong is an IntegrationError; what the server or the network refused is an Error in the server's words. Both are
 * `chatkit.error` events, too: a page need not catch.
 */
import * as v from 'valibot';
import type { FrameApi } from '../bridge/contract';
import type { UsableOptions } from '../options/read-options';
import { attachment } from '../options/schema';
import { failureOf } from '../protocol/response-status';
import type { Attachment } from '../protocol/types';
import type { ComposerSelection } from './composer/composer-selection';
import { type Draft, draftFrom } from './composer/draft';
import type { Uploads } from './composer/uploads';
import { whyNoContent, whyNoMessage } from './conversation/check-message';
import type { Conversation } from './conversation/conversation';
import { messageFrom } from './conversation/message';
import type { ThreadHistory } from './history/thread-history';
import { IntegrationError } from './integration-error';
import type { Store } from './store';

type Params<Method extends keyof FrameApi> = Parameters<FrameApi[Method]>;

/** The chat, as far as the page may reach into it. */
export type ReachableChat = {
  readonly options: Store<UsableOptions>;
  readonly view: Store<{ conversation: Conversation; failure: { threadId: string } | null }>;
  readonly draft: Store<Draft>;
  readonly selection: ComposerSelection;
  readonly uploads: Uploads;
  readonly focus: Store<{ count: number; isForWriting: boolean }>;
  readonly historyOpen: Store<boolean>;
  readonly history: ThreadHistory;
  startNew(): Conversation;
  open(threadId: string): Promise<string | null>;
  loaded(): Promise<Conversation>;
  opened(): Promise<Conversation>;
  openHistory(): Promise<void>;
  reported<T>(
    conversation: Conversation,
    work: () => Promise<T>,
  ): Promise<{ result: T; reason: string | null }>;
};

export class PageMethods {
  constructor(
    private readonly chat: ReachableChat,
    private readonly fail: (message: string, name: string) => void,
  ) {}

  async sendUserMessage(params: Params<'sendUserMessage'>[0]) {
    this.#requireServer('sendUserMessage');
    const why = whyNoMessage(params);
    if (why) this.refuse(`sendUserMessage: ${why}`);
    const conversation = params.newThread ? this.chat.startNew() : await this.chat.opened();
    if (conversation.isResponding)
      this.refuse('sendUserMessage: the message was not sent, because an answer is being written.');
    const { result, reason } = await this.chat.reported(conversation, () =>
      conversation.send(messageFrom(params)),
    );
    if (!result) throw new Error(reason ?? 'The message was stopped before the server took it.');
  }

  async sendCustomAction(...[action, itemId]: Params<'sendCustomAction'>) {
    this.#requireServer('sendCustomAction');
    if (typeof action?.type !== 'string' || !action.type)
      this.refuse('sendCustomAction: the action was not sent, because it has no type.');
    const conversation = await this.chat.loaded();
    const reason = whyNotActing(conversation) ?? (itemId ? whyNoWidget(conversation, itemId) : null);
    if (reason) this.refuse(`sendCustomAction: "${action.type}" was not sent, because ${reason}.`);
    const { type, payload } = action;
    await this.#done(conversation, () => conversation.act({ type, payload }, itemId ? { id: itemId } : null));
  }

  async setThreadId(threadId: Params<'setThreadId'>[0]) {
    if (!threadId) return void this.chat.startNew();
    this.#requireServer('setThreadId');
    if (typeof threadId !== 'string') this.refuse('setThreadId: the id of a thread is a string, or null.');
    const failure = await this.chat.open(threadId);
    if (failure) throw new Error(failure);
    if (this.chat.view.value.conversation.id === threadId) return;
    const message = `setThreadId: another thread was opened before "${threadId}" was loaded.`;
    throw Object.assign(new Error(message), { name: 'AbortError' });
  }

  async setComposerValue(params: Params<'setComposerValue'>[0]) {
    this.#requireServer('setComposerValue');
    if (typeof params !== 'object' || !params) this.refuse('setComposerValue: it needs an object.');
    const { text, content, reply, attachments, files, selectedToolId, selectedModelId } = params;
    const { selection, draft } = this.chat;
    const contentProblem = whyNoContent(params);
    const problems = [
      attachments && this.#attach(attachments),
      ...(files ? this.#upload(files) : []),
      selectedToolId !== undefined && selection.chooseTool(selectedToolId),
      selectedModelId !== undefined && selection.chooseModel(selectedModelId),
      contentProblem,
    ].filter((problem) => typeof problem === 'string');
    if (!contentProblem) {
      const written = content ?? (text === undefined ? null : [{ type: 'input_text', text } as const]);
      draft.update((now) => ({
        ...(written ? draftFrom(written) : now),
        quote: reply === undefined ? now.quote : reply,
      }));
    }
    if (problems.length)
      this.refuse(`setComposerValue: ${problems.join(' ')} What else was given is in the composer.`);
  }

  async fetchUpdates() {
    this.#requireServer('fetchUpdates');
    const conversation = await this.chat.loaded();
    const { failure } = this.chat.view.value;
    if (failure) return this.setThreadId(failure.threadId);
    if (this.chat.historyOpen.value) void this.chat.history.reload();
    if (!conversation.id) return;
    // A tool of the page that waits for this would keep the answer from ending: the page is not kept waiting.
    if (conversation.isResponding) return void conversation.whenReady().then(() => conversation.refresh());
    await this.#done(conversation, () => conversation.refresh());
  }

  async showHistory() {
    this.#requireServer('showHistory');
    if (this.chat.options.value.history?.enabled === false)
      this.refuse('showHistory: there is no history to show, because history.enabled is false.');
    await this.chat.openHistory();
  }

  async focusComposer() {
    this.#requireServer('focusComposer');
    this.chat.focus.update(({ count }) => ({ count: count + 1, isForWriting: true }));
  }

  refuse(message: string): never {
    this.fail(message, 'IntegrationError');
    throw new IntegrationError(message);
  }

  /** Without a server there is neither a composer nor a thread. */
  #requireServer(method: string) {
    if (!this.chat.options.value.api)
      this.refuse(`${method}: the options of this chat have no usable "api".`);
  }

  async #done(conversation: Conversation, work: () => Promise<unknown>) {
    const { reason } = await this.chat.reported(conversation, work);
    const failure = failureOf(conversation.state.value.status);
    if (failure) throw new Error(reason ?? failure.message ?? 'The server could not answer.');
  }

  #attach(attachments: unknown): string | null {
    if (!v.is(v.array(attachment), attachments))
      return 'The attachments were left out: each needs an "id", a "name", a "mime_type" and the type "file" or "image".';
    this.chat.uploads.replace(attachments as Attachment[]);
    return null;
  }

  #upload(files: unknown): string[] {
    if (!Array.isArray(files) || !files.every((file) => file instanceof File))
      return ['The files were left out: they must be a list of File objects.'];
    if (!this.chat.uploads.limits)
      return ['The files were left out, because composer.attachments is not enabled.'];
    return this.chat.uploads.add(files);
  }
}

function whyNotActing({ id, isResponding }: Conversation): string | null {
  if (!id) return 'no thread is open';
  return isResponding ? 'an answer is being written' : null;
}

/** The server knows whether there is a widget among the older items that have not been loaded. */
function whyNoWidget({ state }: Conversation, itemId: string): string | null {
  const { items, older } = state.value;
  const item = items.find(({ id }) => id === itemId);
  if (item) return item.type === 'widget' ? null : `the item "${itemId}" is not a widget`;
  return older ? null : `there is no widget "${itemId}" in this thread`;
}
