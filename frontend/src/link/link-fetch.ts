/*
 * The fetch this server's own pages hand to ChatKit. To ChatKit an aborted request is "stop", but to the server
 * a closed connection is only a reader who left: so when the person stops, this fetch says it in so many words.
 * The run's id comes with the response's head; who stops before that is let go at once, and the request is kept
 * just long enough to learn which run to cancel.
 */
type Fetch = typeof globalThis.fetch;

const MARK = { 'X-ChatKit-Link': '1' };

/** Where this server's run addresses start: the API address up to and including "/chatkit". */
export function apiBase(apiUrl: string): string {
  const { origin, pathname } = new URL(apiUrl, document.baseURI);
  const end = pathname.lastIndexOf('/chatkit/');
  return origin + (end < 0 ? pathname.replace(/\/$/, '') : pathname.slice(0, end + '/chatkit'.length));
}

export function createLinkFetch(apiUrl: string, fetch: Fetch = globalThis.fetch.bind(globalThis)): Fetch {
  const base = apiBase(apiUrl);
  return (input, { signal, ...init } = {}) => {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(MARK)) headers.set(name, value);
    if (!signal) return fetch(input, { ...init, headers });
    if (signal.aborted) return Promise.reject(signal.reason);

    const connection = new AbortController();
    const response = fetch(input, { ...init, headers, signal: connection.signal });
    return new Promise((resolve, reject) => {
      signal.addEventListener(
        'abort',
        () => {
          reject(signal.reason);
          response.then(
            ({ headers }) => {
              cancel(fetch, base, headers.get('X-Run-Id'));
              connection.abort(signal.reason);
            },
            () => {},
          );
        },
        { once: true },
      );
      response.then(resolve, reject);
    });
  };
}

function cancel(fetch: Fetch, base: string, run: string | null) {
  if (!run) return;
  // keepalive: the person may stop an answer and leave the page in the same breath.
  fetch(`${base}/runs/${encodeURIComponent(run)}/cancel`, {
    method: 'POST',
    headers: MARK,
    keepalive: true,
  }).catch(() => {
    // The reader has already left; a run that cannot be reached ends by itself.
  });
}
