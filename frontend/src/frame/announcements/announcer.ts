/*
 * What a screen reader says besides what its user reads: sentences of an answer, outcomes, states of the work.
 *
 * Invariant: every text is handed over once, in the order in which it came, and as one element at a time. Screen
 * readers take what is added at once in any order, and read an element anew when its text grows.
 */
import { Store } from '../store';

export type Announcement = { id: number; text: string };

/** Short enough that the first words do not wait, long enough that the next ones come as whole sentences. */
const PACE_MS = 1_000;
/** A state that lasts is worth hearing of; ones that pass by in a second are not. */
const STATE_PACE_MS = 5_000;
/** What was said is taken away again: a user who reads through the page should not meet it twice. */
const KEPT_MS = 15_000;

export class Announcer {
  /** The last of them; each is displayed for a while to screen readers alone. */
  readonly said = new Store<Announcement[]>([]);
  #waiting: string[] = [];
  #state: string | null = null;
  #lastState = { text: '', at: Number.NEGATIVE_INFINITY };
  #lastAt = Number.NEGATIVE_INFINITY;
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #cleaning: ReturnType<typeof setTimeout> | undefined;

  say(text: string) {
    const words = text.trim();
    if (!words) return;
    this.#waiting.push(words);
    // What is being done is of no interest to who hears what has come of it.
    this.#state = null;
    this.#schedule();
  }

  /** What is being done at the moment. Only the newest is said, seldom, and never the same again. */
  state(text: string) {
    const words = text.trim();
    if (!words || words === this.#lastState.text) return;
    this.#state = words;
    this.#schedule();
  }

  /** The work is over: what it was is not said any more, and may be said again the next time. */
  endState() {
    this.#state = null;
    this.#lastState = { text: '', at: Number.NEGATIVE_INFINITY };
  }

  /** For a thread that leaves the screen. */
  clear() {
    this.#waiting = [];
    this.endState();
  }

  #schedule() {
    clearTimeout(this.#timer);
    const due = this.#waiting.length ? this.#lastAt + PACE_MS : this.#stateDue();
    this.#timer = setTimeout(this.#flush, Math.max(0, due - performance.now()));
  }

  #stateDue = () => Math.max(this.#lastAt + PACE_MS, this.#lastState.at + STATE_PACE_MS);

  #flush = () => {
    const now = performance.now();
    const words = this.#waiting.splice(0);
    if (!words.length && this.#state !== null) {
      this.#lastState = { text: this.#state, at: now };
      words.push(this.#state);
    }
    this.#state = null;
    if (!words.length) return;
    this.#lastAt = now;
    const next = { id: ++this.#count, text: words.join(' ') };
    this.said.update((said) => [...said.slice(-2), next]);
    clearTimeout(this.#cleaning);
    this.#cleaning = setTimeout(() => this.said.set([]), KEPT_MS);
  };
}
