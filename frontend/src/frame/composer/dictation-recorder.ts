/*
 * Dictation: what the microphone hears, as one recording, and then as words from the server. The microphone is let
 * go the moment that a recording ends, however it ends.
 */
import type { Chat } from '../chat';
import { Store } from '../store';

export type DictationState =
  | { phase: 'idle'; failure: string | null }
  | { phase: 'recording'; since: number; stream: MediaStream }
  | { phase: 'transcribing' };

/** Speech is clear at this rate, and what the server takes lasts for more than five minutes. */
const BITS_PER_SECOND = 24_000;
const LONGEST_MS = 5 * 60_000;
/** What browsers record and transcribing servers read. */
const FORMATS = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];

export class DictationRecorder {
  readonly state = new Store<DictationState>({ phase: 'idle', failure: null });
  #recorder: MediaRecorder | null = null;
  #wanted = true;

  constructor(
    private readonly chat: Chat,
    /** Takes the words that were spoken. */
    private readonly write: (words: string) => void,
  ) {}

  async start() {
    if (this.state.value.phase !== 'idle') return;
    this.#idle();
    let stream: MediaStream;
    try {
      // Absent where the page came over plain HTTP from another machine.
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      const { dictation } = this.chat.language.value.text;
      const missing = error instanceof DOMException && error.name === 'NotFoundError';
      return this.#idle(missing ? dictation.missing : dictation.refused);
    }
    this.#record(stream);
  }

  finish() {
    this.#recorder?.stop();
  }

  cancel() {
    this.#wanted = false;
    this.#recorder?.stop();
  }

  dismiss() {
    this.#idle();
  }

  #record(stream: MediaStream) {
    const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
    const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
    const chunks: Blob[] = [];
    recorder.ondataavailable = ({ data }) => data.size && chunks.push(data);
    const end = setTimeout(() => recorder.stop(), LONGEST_MS);
    recorder.onstop = () => {
      clearTimeout(end);
      for (const track of stream.getTracks()) track.stop();
      this.#recorder = null;
      this.chat.log('dictation.end', { sent: this.#wanted });
      if (this.#wanted) void this.#transcribe(new Blob(chunks, { type: recorder.mimeType }));
      else this.#idle();
    };
    this.#wanted = true;
    this.#recorder = recorder;
    recorder.start();
    this.chat.log('dictation.start');
    this.state.set({ phase: 'recording', since: Date.now(), stream });
  }

  async #transcribe(audio: Blob) {
    const { dictation } = this.chat.language.value.text;
    this.state.set({ phase: 'transcribing' });
    try {
      const words = (await this.chat.transcribe(audio)).trim();
      if (words) this.write(words);
      this.#idle(words ? null : dictation.nothing);
    } catch (error) {
      this.#idle(this.chat.sentence(error, dictation.failed));
    }
  }

  #idle(failure: string | null = null) {
    this.state.set({ phase: 'idle', failure });
  }
}
