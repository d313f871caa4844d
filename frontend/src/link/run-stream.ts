/*
 * One answer as one stream of bytes, over as many connections as it takes. Whole events are handed on, half ones
 * are dropped; when a connection breaks, the next one begins behind the last id that was handed on, so the bytes
 * are those of an unbroken stream.
 *
 * What is the end? An error of the network is a break. A clean end is the end, unless something says that it came
 * too early: half an event, an item that was left open, or a connection so old that a proxy may have cut it. Then
 * the server is asked again, and a run that is over answers with nothing.
 */
import { pause, waitBefore } from './pause';
import { WholeEvents } from './whole-events';

/** Opens the events behind an id. */
export type Connect = (after: number, signal: AbortSignal) => Promise<Response>;
export type Connection = 'lost' | 'back';

/** About two minutes of trying; while the browser knows that it is offline, tries do not count. */
const ATTEMPTS = 32;
/** The server breaks a silence every 15 seconds, so this much of it is a dead connection. */
const SILENCE_MS = 45_000;
const ANSWER_MS = 15_000;
/** No proxy known to us cuts a stream earlier than this. */
const PROXY_MS = 10_000;
/** What heals sooner is not worth telling. */
const MOMENT_MS = 800;
/** A line that is cut within a response's head looks like an end; so many of them in a row are one. */
const ENDS = 3;
const UNFINISHED = /^data: {"type":"(thread\.item\.(added|updated)|progress_update)"/m;

/** Tries since the last event; those that count are made while the network is there. */
type Tries = { made: number; counted: number };

/** The server has said that there is nothing more to be had. */
export class RunLost extends Error {
  override name = 'RunLost';
}

export type RunStream = {
  run: string;
  first: Response;
  /** The last id that the reader has already. */
  after: number;
  connect: Connect;
  tell(connection: Connection): void;
  /** Aborted when nobody reads any more. */
  stop: AbortSignal;
};

export async function* bytesOfRun({ run, first, after, connect, tell, stop }: RunStream) {
  const tries: Tries = { made: 0, counted: 0 };
  let response = first;
  let unfinished = false;
  for (;;) {
    const began = Date.now();
    const events = new WholeEvents();
    let last = '';
    let clean = false;
    try {
      for await (const chunk of chunksOf(response, stop)) {
        const whole = events.take(chunk);
        if (!whole) continue;
        tries.made = tries.counted = 0;
        after = whole.lastId ?? after;
        last = whole.last || last;
        yield whole.bytes;
      }
      clean = true;
    } catch {
      // The connection broke: the next one goes on from `after`.
    }
    if (stop.aborted) return;
    if (last || events.hasHalf) unfinished = events.hasHalf || UNFINISHED.test(last);
    const certain = !unfinished || tries.made >= ENDS;
    if (clean && certain && Date.now() - began < PROXY_MS) return;
    try {
      response = await reconnected(run, (signal) => connect(after, signal), tries, tell, stop);
    } catch (error) {
      // Nothing looked missing, and the server knows of nothing more.
      if (clean && !unfinished && error instanceof RunLost) return;
      throw error;
    }
  }
}

async function reconnected(
  run: string,
  connect: (signal: AbortSignal) => Promise<Response>,
  tries: Tries,
  tell: RunStream['tell'],
  stop: AbortSignal,
): Promise<Response> {
  let told = false;
  const soon = setTimeout(() => {
    told = true;
    tell('lost');
  }, MOMENT_MS);
  try {
    for (;;) {
      await pause(waitBefore(tries.made++), stop);
      stop.throwIfAborted();
      if (globalThis.navigator?.onLine !== false) tries.counted++;
      try {
        const response = await withPatience(ANSWER_MS, stop, connect);
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
    if (told) tell('back');
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

/** A body that says nothing for too long counts as broken. */
async function* chunksOf({ body }: Response, stop: AbortSignal) {
  if (!body) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await withPatience(SILENCE_MS, stop, () => reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Rejects when `work` takes too long or `stop` fires, and tells `work` so. */
function withPatience<T>(
  ms: number,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const patience = new AbortController();
  const giveUp = () =>
    patience.abort(stop.aborted ? stop.reason : new TypeError('The server does not answer.'));
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(giveUp, ms);
    patience.signal.addEventListener('abort', () => reject(patience.signal.reason));
    stop.addEventListener('abort', giveUp);
    if (stop.aborted) giveUp();
    work(patience.signal)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        stop.removeEventListener('abort', giveUp);
      });
  });
}
