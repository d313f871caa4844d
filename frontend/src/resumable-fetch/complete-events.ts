const NEWLINE = 10;
const END = ': end';

/** What a piece of a stream adds to the whole events of it; `isEnd` when the server has sent its end. */
export type Whole = { bytes: Uint8Array<ArrayBuffer>; lastId: number | null; isEnd: boolean };

/**
 * Holds back the end of a stream until the event it belongs to is complete, so that a stream which breaks never
 * leaves half an event behind. It reads no more of an event than its id, and bytes pass unchanged.
 */
export class CompleteEvents {
  #rest = new Uint8Array(0);
  #text = new TextDecoder('latin1');

  /** The whole events that a chunk completes, if any. */
  take(chunk: Uint8Array): Whole | null {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const end = endOfLastEvent(bytes, Math.max(1, this.#rest.length));
    this.#rest = bytes.slice(end);
    if (!end) return null;
    const events = this.#text.decode(bytes.subarray(0, end)).split('\n\n').slice(0, -1);
    const numbered = events.findLast((event) => event.startsWith('id: '));
    return {
      bytes: bytes.subarray(0, end),
      lastId: numbered === undefined ? null : Number.parseInt(numbered.slice('id: '.length), 10),
      isEnd: events.at(-1) === END,
    };
  }
}

/** Where the last empty line ends; what stands before `from` is known to hold none. */
function endOfLastEvent(bytes: Uint8Array, from: number): number {
  for (let at = bytes.length - 1; at >= from; at--) {
    if (bytes[at] === NEWLINE && bytes[at - 1] === NEWLINE) return at + 1;
  }
  return 0;
}
