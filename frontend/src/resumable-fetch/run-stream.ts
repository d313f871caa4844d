/*
 * One answer as one stream of bytes, over as many connections as it takes. Whole events are handed on, half ones
 * are dropped; when a connection breaks, the next one begins behind the last id that was handed on, so the bytes
 * are those of an unbroken stream.
 *
 * The stream ends where the server sends its end. A connection that merely ends proves nothing: proxies end a stream
 * they are tired of, and a browser takes a response that breaks off within its head for a whole one without a body.
 */
import { backoffDelay, pause } from './backoff';
import { CompleteEvents } from './complete-events';
import type { HeartbeatWatch } from './heartbeat-watch';

/** Opens the events behind an id. */
export type Connect = (after: number, signal: AbortSignal) => Promise<Response>;
export type ConnectionChange = 'lost' | 'back';

/** About two minutes of trying; while the browser knows that it is offline, tries do not count. */
const ATTEMPTS = 32;
/**
 * What is late by a part of its time, or by so long, still counts. It is measured from when the first timer fires:
 * a page that slept, or whose timers are throttled, reads what has arrived meanwhile before it gives up.
 */
const LATE = 0.1;
const LATE_MS = 300;
/** Of the first try, which may meet the process that has just fallen silent; later ones wait for longer, up to the second. */
const RESPONSE_TIMEOUT_MS = 3_000;
const LONGEST_RESPONSE_TIMEOUT_MS = 15_000;
/** A shorter loss is not reported. */
const MOMENT_MS = 800;
/** Some servers never send their end; so many connections in a row that end without an event are one. */
const ENDS = 3;

/** Tries since the last event; those that count are made while the network is there. */
type Tries = { made: number; counted: number };

/** The server answered that the rest of the run is gone. */
export class RunLost extends Error {
  override name = 'RunLost';
}

export type RunStream = {
  run: string;
  first: Response;
  /** The last id that the reader has already. */
  after: number;
  connect: Connect;
  /** What was learnt about earlier streams of this server. */
  watch: HeartbeatWatch;
  onConnection(connection: ConnectionChange): void;
  /** Aborted when the reader has left. */
  stop: AbortSignal;
};

export async function* bytesOfRun({ run, first, after, connect, watch, onConnection, stop }: RunStream) {
  const tries: Tries = { made: 0, counted: 0 };
  let response = first;
  let emptyEnds = 0;
  for (;;) {
    const events = new CompleteEvents();
    let isEmpty = true;
    let ended = false;
    try {
      for await (const chunk of chunksOf(response, watch, stop)) {
        const whole = events.take(chunk);
        if (!whole) continue;
        isEmpty = false;
        tries.made = tries.counted = 0;
        after = whole.lastId ?? after;
        ended = whole.isEnd;
        yield whole.bytes;
      }
      emptyEnds = isEmpty ? emptyEnds + 1 : 0;
    } catch (error) {
      // The connection broke: the next one goes on from `after`, at once if there was a long wait already.
      if (error instanceof Idle) tries.made = 0;
      emptyEnds = 0;
    }
    if (ended || stop.aborted || emptyEnds === ENDS) return;
    response = await reconnected(run, (signal) => connect(after, signal), tries, onConnection, stop);
  }
}

async function reconnected(
  run: string,
  connect: (signal: AbortSignal) => Promise<Response>,
  tries: Tries,
  onConnection: RunStream['onConnection'],
  stop: AbortSignal,
): Promise<Response> {
  let reportedLost = false;
  const soon = setTimeout(() => {
    reportedLost = true;
    onConnection('lost');
  }, MOMENT_MS);
  try {
    for (;;) {
      await pause(backoffDelay(tries.made++), stop);
      const patience = Math.min(RESPONSE_TIMEOUT_MS * tries.made, LONGEST_RESPONSE_TIMEOUT_MS);
      stop.throwIfAborted();
      if (globalThis.navigator?.onLine !== false) tries.counted++;
      try {
        const response = await withTimeout(patience, stop, connect);
        if (runOf(response) === run) return response;
        void response.body?.cancel();
        if (isFinal(response.status)) throw new RunLost(sentenceFor(response.status));
        throw new TypeError(`The server answered with status ${response.status}.`);
      } catch (error) {
        stop.throwIfAborted();
        if (error instanceof RunLost || tries.counted >= ATTEMPTS) throw error;
      }
    }
  } finally {
    clearTimeout(soon);
    if (reportedLost) onConnection('back');
  }
}

/** The run whose events a response brings, if it does. */
export function runOf({ ok, headers }: Response): string | null {
  return ok && headers.get('Content-Type')?.startsWith('text/event-stream') ? headers.get('X-Run-Id') : null;
}

const isFinal = (status: number) =>
  status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;

function sentenceFor(status: number): string {
  if (status === 404) return 'This answer is not there any more. Reload the chat.';
  if (status === 410) return 'This answer ended a while ago. Reload the chat to see it.';
  return `The rest of this answer was refused (status ${status}). Reload the chat.`;
}

/** A body that is idle for too long counts as broken. */
async function* chunksOf({ body, headers }: Response, watch: HeartbeatWatch, stop: AbortSignal) {
  if (!body) return;
  const heartbeat = headers.get('X-Heartbeat');
  const reader = body.getReader();
  try {
    for (;;) {
      const since = performance.now();
      const { done, value } = await withTimeout(watch.patience(heartbeat), stop, () => reader.read());
      if (done) return;
      watch.heard(value, performance.now() - since, heartbeat);
      yield value;
    }
  } catch (error) {
    if (error instanceof Idle) watch.gaveUp();
    throw error;
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Nothing came for too long. */
class Idle extends TypeError {
  override message = 'The server does not answer.';
}

/** Rejects when `work` takes too long or `stop` fires, and aborts `work`. */
function withTimeout<T>(
  ms: number,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const giveUp = () => timeout.abort(stop.aborted ? stop.reason : new Idle());
  return new Promise<T>((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> = setTimeout(() => {
      timer = setTimeout(giveUp, Math.max(LATE_MS, LATE * ms));
    }, ms);
    timeout.signal.addEventListener('abort', () => reject(timeout.signal.reason));
    stop.addEventListener('abort', giveUp);
    if (stop.aborted) giveUp();
    work(timeout.signal)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        stop.removeEventListener('abort', giveUp);
      });
  });
}
