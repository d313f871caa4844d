/*
 * How long a stream may be idle before its connection counts as dead: two heartbeats, if they come through. Behind a
 * proxy that collects bytes, or a server that is too busy to be punctual, every connection is idle for longer, and to
 * open another one helps nobody. So each connection that is given up makes the next ones last longer, also those of
 * later answers, and heartbeats that arrive one by one and in time make them short again.
 */

/** Of a server that does not say how often it sends heartbeats, and the most that the watch learns. */
const IDLE_TIMEOUT_MS = 45_000;
const MISSED = 2;
const SLOWER = 4;
/** A proxy that collects may cut a heartbeat off by chance; so many are none. */
const PUNCTUAL = 5;
/** A comment and nothing else; those of a proxy that collects come by the dozen, or behind events. */
const LONGEST_HEARTBEAT = 32;
const COLON = 58;
const NEWLINE = 10;

export class HeartbeatWatch {
  #inVain = 0;
  #punctual = 0;

  /** Milliseconds. heartbeat: seconds between two, as the server states them. */
  patience(heartbeat: string | null): number {
    const shortest = MISSED * Number(heartbeat) * 1000;
    if (!(shortest > 0)) return IDLE_TIMEOUT_MS;
    return Math.max(shortest, Math.min(shortest * SLOWER ** this.#inVain, IDLE_TIMEOUT_MS));
  }

  /** waited: milliseconds for this chunk. */
  heard(chunk: Uint8Array, waited: number, heartbeat: string | null): void {
    if (!this.#inVain || !isHeartbeat(chunk)) return;
    this.#punctual = waited < MISSED * Number(heartbeat) * 1000 ? this.#punctual + 1 : 0;
    if (this.#punctual >= PUNCTUAL) this.#inVain = 0;
  }

  /** A connection was idle for too long. */
  gaveUp(): void {
    this.#inVain++;
    this.#punctual = 0;
  }
}

function isHeartbeat(chunk: Uint8Array): boolean {
  if (chunk.length > LONGEST_HEARTBEAT || chunk[0] !== COLON) return false;
  return chunk.indexOf(NEWLINE) === chunk.length - 2 && chunk.at(-1) === NEWLINE;
}
