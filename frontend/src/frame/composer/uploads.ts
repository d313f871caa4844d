/*
 * The files of the message that is being written. A file is on its way from the moment it is chosen; what is ready
 * goes with the message, and what is taken out again is deleted on the server, too.
 *
 * Invariant: a message is sent with all the files one sees above it, or not at all.
 */
import { english, type Language, type Text } from '../../language/language';
import type { UsableOptions } from '../../options/read-options';
import type { ChatKitClient } from '../../protocol/client';
import { isAbort } from '../../protocol/problems';
import type { Attachment } from '../../protocol/types';
import { Store } from '../store';
import { isHeic, jpegOf } from './heic';
import {
  type AttachmentOptions,
  failureOfUpload,
  isAccepted,
  isFinal,
  maxCountOf,
  refusalOf,
} from './upload-limits';

export type Upload = {
  key: string;
  name: string;
  size: number | null;
  /** An address of the picture, for pictures. */
  preview: string | null;
  /** From 0 to 1 while it is on its way; null when its progress is not known. */
  sent: number | null;
  attachment: Attachment | null;
  failure: string | null;
  /** Whether trying again cannot help. */
  isFinal?: boolean;
};
export type UploadsState = { uploads: Upload[]; refusals: string[] };
type Sending = { file: File; stop: AbortController };

const none: UploadsState = { uploads: [], refusals: [] };
let keys = 0;

export class Uploads {
  readonly state = new Store<UploadsState>(none);
  #sending = new Map<string, Sending>();

  constructor(
    private readonly client: () => ChatKitClient,
    private readonly options: Store<UsableOptions>,
    private readonly language: Store<Language>,
  ) {}

  /** Null where this page takes no files. */
  get limits(): AttachmentOptions | null {
    const { attachments } = this.options.value.composer ?? {};
    return attachments?.enabled ? attachments : null;
  }

  /** Returns why files are left out, in English, for the host page; a picture to be converted is judged later. */
  add(files: readonly File[]): string[] {
    const others = files.filter((file) => !isHeic(file));
    const refusals = this.#take(others, []);
    for (const file of files.filter(isHeic)) void this.#addHeic(file);
    return refusals;
  }

  async #addHeic(file: File) {
    const jpeg = await jpegOf(file);
    const { limits } = this;
    const { refusals } = this.state.value;
    const isWanted = jpeg !== null || (limits?.accept && isAccepted(file, limits.accept));
    if (isWanted) {
      this.#take([jpeg ?? file], refusals);
      return;
    }
    const why = this.language.value.text.files.unreadable(file.name);
    if (limits) this.state.update((state) => ({ ...state, refusals: [...refusals, why] }));
  }

  /** `before`: refusals that stay. */
  #take(files: readonly File[], before: readonly string[]): string[] {
    const { limits } = this;
    if (!limits || !files.length) return [];
    const taken = files.filter((file) => !refusalOf(file, limits, english));
    const room = Math.max(0, maxCountOf(limits) - this.state.value.uploads.length);
    const refusalsIn = (language: Language) => {
      const refusals = files.flatMap((file) => refusalOf(file, limits, language) ?? []);
      const over = taken.length - room;
      return over > 0 ? [...refusals, language.text.files.tooMany(maxCountOf(limits), over)] : refusals;
    };
    this.state.update((state) => ({ ...state, refusals: [...before, ...refusalsIn(this.language.value)] }));
    for (const file of taken.slice(0, room)) this.#begin(file);
    return refusalsIn(english);
  }

  /** In place of what is there: what the host page has uploaded itself. */
  replace(attachments: readonly Attachment[]) {
    for (const { key } of this.state.value.uploads) this.#sending.get(key)?.stop.abort();
    this.#forget(this.state.value.uploads);
    const uploads = attachments.map((attachment) => ({
      key: `upload-${++keys}`,
      name: attachment.name,
      size: null,
      preview: attachment.preview_url ?? null,
      sent: null,
      attachment,
      failure: null,
    }));
    this.state.set({ uploads, refusals: [] });
  }

  retry(key: string) {
    const sending = this.#sending.get(key);
    if (sending) void this.#send(key, sending.file);
  }

  remove(key: string) {
    const upload = this.state.value.uploads.find((one) => one.key === key);
    if (!upload) return;
    this.#sending.get(key)?.stop.abort();
    this.#forget([upload]);
    this.state.update(({ uploads }) => ({ refusals: [], uploads: uploads.filter((one) => one !== upload) }));
    // Not awaited: the server deletes files that were never sent.
    if (upload.attachment) {
      void this.client()
        .json('attachments.delete', { attachment_id: upload.attachment.id })
        .catch(() => {});
    }
  }

  dismissRefusals() {
    this.state.update((state) => ({ ...state, refusals: [] }));
  }

  /** Empties the tray into a message; `giveBack` undoes that when the server did not take it. */
  take(): { attachments: Attachment[]; giveBack(): void; done(): void } {
    const { uploads } = this.state.value;
    this.state.set(none);
    return {
      attachments: uploads.flatMap(({ attachment }) => attachment ?? []),
      giveBack: () => this.state.update((state) => ({ ...state, uploads: [...uploads, ...state.uploads] })),
      done: () => this.#forget(uploads),
    };
  }

  #begin(file: File) {
    const key = `upload-${++keys}`;
    const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : null;
    const { name, size } = file;
    const upload: Upload = { key, name, size, preview, sent: null, attachment: null, failure: null };
    this.state.update((state) => ({ ...state, uploads: [...state.uploads, upload] }));
    void this.#send(key, file);
  }

  async #send(key: string, file: File) {
    const stop = new AbortController();
    this.#sending.set(key, { file, stop });
    this.#change(key, { failure: null, sent: null });
    const { api } = this.options.value;
    const strategy = api && 'url' in api ? api.uploadStrategy : undefined;
    try {
      const attachment = await this.client().upload(file, strategy, {
        signal: stop.signal,
        onSent: (sent) => this.#change(key, { sent }),
      });
      this.#change(key, { attachment });
    } catch (error) {
      if (isAbort(error)) return;
      const failure = failureOfUpload(error, file.name, this.language.value);
      this.#change(key, { failure, isFinal: isFinal(error) });
    }
  }

  #change(key: string, change: Partial<Upload>) {
    this.state.update((state) => ({
      ...state,
      uploads: state.uploads.map((upload) => (upload.key === key ? { ...upload, ...change } : upload)),
    }));
  }

  #forget(uploads: Upload[]) {
    for (const { key, preview } of uploads) {
      this.#sending.delete(key);
      if (preview?.startsWith('blob:')) URL.revokeObjectURL(preview);
    }
  }
}

/** Why the message cannot be sent yet; null when it can. */
export function waitsFor({ uploads }: UploadsState, { files }: Text): string | null {
  if (uploads.some(({ failure }) => failure)) return files.mendFirst;
  return uploads.some(({ attachment }) => !attachment) ? files.waitFirst : null;
}
