/** What leaves the composer, and comes back to it where the server refuses it. */
import type { Language } from '../../language/language';
import type { UserContent } from '../../protocol/types';
import type { Conversation } from '../conversation/conversation';
import { messageFrom } from '../conversation/message';
import type { Host } from '../host';
import type { Store } from '../store';
import type { ComposerSelection } from './composer-selection';
import { contentOf, type Draft, emptyDraft } from './draft';
import { type Uploads, waitsFor } from './uploads';

/** The chat, as far as the composer's contents are concerned. */
type Around = {
  readonly view: Store<{ conversation: Conversation; loading: boolean }>;
  readonly draft: Store<Draft>;
  readonly uploads: Uploads;
  readonly selection: ComposerSelection;
  readonly language: Store<Language>;
  opened(): Promise<Conversation>;
};

export class Outgoing {
  constructor(
    private readonly chat: Around,
    private readonly host: Pick<Host, 'emit'>,
  ) {}

  /**
   * Sends the draft; if the server refuses it, it is back in the composer unless something new was typed. True when it
   * is in the thread, or waits for its turn.
   */
  async sendDraft(): Promise<boolean> {
    const { chat } = this;
    const draft = chat.draft.value;
    if (!this.canSend() || chat.view.value.loading) return false;
    const files = chat.uploads.take();
    const inference_options = chat.selection.inference;
    const restoreSelection = chat.selection.afterSend();
    chat.draft.set(emptyDraft);
    const { id: threadId } = chat.view.value.conversation;
    this.host.emit('log', { name: 'composer.submit', data: { threadId } });
    const conversation = await chat.opened();
    const sent = await conversation.send({
      content: contentOf(draft),
      attachments: files.attachments,
      quoted_text: draft.quote,
      inference_options,
    });
    if (sent) {
      files.done();
      return true;
    }
    files.giveBack();
    restoreSelection();
    if (!chat.draft.value.text) chat.draft.set(draft);
    return false;
  }

  /** A prompt of the start screen is asked as if it had been written: with the chosen tool and model. */
  async sendPrompt(prompt: string | UserContent[]) {
    const { selection } = this.chat;
    const { inference } = selection;
    const restoreSelection = selection.afterSend();
    const content = typeof prompt === 'string' ? { text: prompt } : { content: prompt };
    const conversation = await this.chat.opened();
    const sent = await conversation.send({ ...messageFrom(content), inference_options: inference });
    if (!sent) restoreSelection();
  }

  /** There is something to send, and all of it is ready. */
  canSend(): boolean {
    const files = this.chat.uploads.state.value;
    return (
      waitsFor(files, this.chat.language.value.text) === null &&
      Boolean(this.chat.draft.value.text.trim() || files.uploads.length)
    );
  }
}
