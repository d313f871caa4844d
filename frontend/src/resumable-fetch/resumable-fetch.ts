/*
 * A fetch for ChatKit's `api.fetch` that makes answers outlive their connection. To ChatKit an aborted request is
 * "stop" and a broken one is lost; to the server a closed connection is only a reader who left. So this fetch goes
 * on reading on a new connection where the old one broke, and when the user stops, it cancels the run explicitly.
 *
 * The run's id comes with the response's head; a caller that stops before that is released at once, and the request
 * is kept just long enough to learn which run to cancel. A body that is cancelled, not aborted, is a reader who leaves:
 * the run goes on.
 */

import { HeartbeatWatch } from './heartbeat-watch';
import { bytesOfRun, type ConnectionChange, runOf } from './run-stream';
import { sendWithProgress } from './send-with-progress';
import { siblingUrl } from './sibling-url';

export type { ConnectionChange } from './run-stream';

type Fetch = typeof globalThis.fetch;
/**
 * Hears when the answer loses its connection and has it back, and how much of the body has been sent, from 0 to 1;
 * any other fetch ignores both.
 */
export type ResumableFetchInit = RequestInit & {
  onConnection?: (connection: ConnectionChange) => void;
  onSent?: (part: number) => void;
};
export type ResumableFetchOptions = {
  /** Makes the requests: for a token that must be fresh at each of them, for instance. */
  fetch?: Fetch;
  /**
   * The server may be of another make, and its CORS rules may refuse headers that they do not know: ours are sent
   * from when a response has shown that the server has runs.
   */
  unsure?: boolean;
  onConnection?: (connection: ConnectionChange) => void;
};

const MARK = 'X-ChatKit-Link';
/** What this header is worth in a response: its body is kept going already. */
const RESUMES = 'resumes';

export function createResumableFetch(options: ResumableFetchOptions = {}): Fetch {
  const fetch: Fetch = options.fetch ?? ((...args) => globalThis.fetch(...args));

  let isOurs = !options.unsure;
  const watch = new HeartbeatWatch();

  return async (input, { onConnection, onSent, ...init }: ResumableFetchInit = {}) => {
    const given = input instanceof Request ? input : null;
    const url = given?.url ?? String(input);
    const signal = init.signal ?? given?.signal;
    signal?.throwIfAborted();
    const headers = new Headers(init.headers ?? given?.headers);
    if (isOurs) {
      headers.set(MARK, '1');
      headers.set('X-Time-Zone', Intl.DateTimeFormat().resolvedOptions().timeZone);
    }
    // A fetch of the caller's own is used, though it cannot report the progress of an upload.
    if (onSent && !options.fetch) return sendWithProgress(url, { ...init, headers }, onSent);

    /** A request about a run: as the first one was made, without its body. */
    const about = (path: string, more: RequestInit, after?: number) => {
      const sent = new Headers(headers);
      sent.delete('Content-Type');
      const { body: _, ...same } = init;
      return fetch(siblingUrl(url, path, after), { ...same, headers: sent, signal: null, ...more });
    };
    const cancel = (run: string) => {
      // keepalive: the user may stop an answer and leave the page at once.
      about(`runs/${encodeURIComponent(run)}/cancel`, { method: 'POST', keepalive: true }).catch(() => {
        // The reader has already left; a run that cannot be reached ends by itself.
      });
    };

    const connection = new AbortController();
    const stop = new AbortController();
    // The fetch that was given may be the one that goes on, and then has the losses to report.
    const sent: ResumableFetchInit = { ...init, headers, signal: connection.signal, onConnection };
    const opening = fetch(input, sent);
    if (signal) {
      const onAbort = () =>
        opening.then(
          (response) => {
            const run = runOf(response);
            if (run && response.headers.get(MARK) !== RESUMES) cancel(run);
            connection.abort(signal.reason);
          },
          () => {},
        );
      signal.addEventListener('abort', onAbort, { once: true, signal: stop.signal });
    }
    const response = await orAborted(opening, signal);
    const run = runOf(response);
    if (!run) return response;
    isOurs = true;
    // The fetch that was given does the same: to try again what it gives up would double its patience.
    if (response.headers.get(MARK) === RESUMES) return response;

    const bytes = bytesOfRun({
      run,
      first: response,
      after: Number(new URLSearchParams(url.split('?')[1]).get('after')) || 0,
      connect: (after, attempt) =>
        about(`runs/${encodeURIComponent(run)}/events`, { method: 'GET', signal: attempt }, after),
      watch,
      onConnection(change) {
        onConnection?.(change);
        options.onConnection?.(change);
      },
      stop: stop.signal,
    });
    const marked = new Headers(response.headers);
    marked.set(MARK, RESUMES);
    const { status, statusText } = response;
    return new Response(streamOf(bytes, stop, signal), { status, statusText, headers: marked });
  };
}

/** A caller that stops is released at once; the request itself is kept until its run is known. */
function orAborted(opening: Promise<Response>, signal?: AbortSignal | null): Promise<Response> {
  if (!signal) return opening;
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    opening.then(resolve, reject);
  });
}

function streamOf(
  bytes: AsyncGenerator<Uint8Array>,
  stop: AbortController,
  signal?: AbortSignal | null,
): ReadableStream<Uint8Array> {
  const leave = (reason: unknown) => {
    stop.abort(reason);
    void bytes.return(undefined).catch(() => {});
  };
  return new ReadableStream({
    start(controller) {
      const onAbort = () => {
        controller.error(signal?.reason);
        leave(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true, signal: stop.signal });
      if (signal?.aborted) onAbort();
    },
    async pull(controller) {
      const { done, value } = await bytes.next();
      if (stop.signal.aborted) return;
      if (!done) return controller.enqueue(value);
      controller.close();
      stop.abort();
    },
    cancel: leave,
  });
}
