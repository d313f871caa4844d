/*
 * Who the user is where nobody signs in and the chat is in a page of another origin: browsers do not send the server's
 * cookie from there, or not all of them do. So the chat frame, or `link.js` in the page, has a token and keeps it. A
 * frame keeps one for each page that was ever around it: a page is only helped to be the visitor that it already has.
 */

const HEADER = 'X-ChatKit-Visitor';
const RENEW_AFTER_MS = 30 * 24 * 3600_000;

type Visit = { page: string; server: string };
/** earlier: the token of a visitor whom the server did not know any more, and may know again. */
type Kept = { token: string; since: number; earlier?: string };

/**
 * Adds the token to each request to the server at the address `server`. A server where every user signs in gives none,
 * and its requests stay as they are. `page`: the origin of the page that the visitor visits.
 */
export function fetchAsVisitor(
  fetch: typeof globalThis.fetch,
  page: string,
  server: string,
): typeof globalThis.fetch {
  const visit: Visit = { page, server: new URL('.', server).href };
  let coming: Promise<string | null> | null = null;
  const ask = (former?: string) => {
    coming ??= askForToken(visit, former).finally(() => {
      coming = null;
    });
    return coming;
  };
  let current: string | null | undefined;
  const known = async () => {
    if (current !== undefined) return current;
    const kept = read(visit);
    current = (kept?.earlier && (await askForEarlier(visit, kept.earlier))) || (kept?.token ?? (await ask()));
    if (kept && current === kept.token && Date.now() - kept.since > RENEW_AFTER_MS)
      ask(kept.token).then((renewed) => {
        current = renewed;
      }, ignore);
    return current;
  };

  const send: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    if (current) headers.set(HEADER, current);
    return fetch(input, { ...init, headers });
  };
  return async (input, init) => {
    if (new URL(String(input), location.href).origin !== new URL(server).origin) return fetch(input, init);
    if (new Headers(init?.headers).has(HEADER)) return fetch(input, init);
    const used = await known();
    const response = await send(input, init);
    if (response.status !== 401 || !used) return response;
    // The server has another secret now, or users have to sign in. Another tab may have noticed before.
    if (current === used) {
      const kept = read(visit);
      current = kept && kept.token !== used ? kept.token : await ask(used);
    }
    return current && current !== used ? send(input, init) : response;
  };
}

async function askForToken(visit: Visit, former = ''): Promise<string | null> {
  const token = await post(visit, former);
  const other = read(visit);
  // Another tab of the same page may have been given one meanwhile: there is one visitor.
  if (other && !former) return other.token;
  const earlier =
    other?.earlier ?? (token && former && userOf(token) !== userOf(former) ? former : undefined);
  if (token) keep(visit, { token, since: Date.now(), ...(earlier && { earlier }) });
  return token;
}

/** The token of the visitor of an earlier one, if the server knows that one again; else the present one stays. */
async function askForEarlier(visit: Visit, earlier: string): Promise<string | null> {
  const token = await post(visit, earlier).catch(() => null);
  if (!token || userOf(token) !== userOf(earlier)) return null;
  keep(visit, { token, since: Date.now() });
  return token;
}

async function post(visit: Visit, former: string): Promise<string | null> {
  const response = await fetch(new URL('visitor', visit.server), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ former, page: visit.page }),
  });
  // A server of an earlier version knows no tokens.
  if (response.status === 404 || response.status === 405) return null;
  if (!response.ok) throw new TypeError(`The server gave no visitor token (status ${response.status}).`);
  const { token } = (await response.json()) as { token: string | null };
  return token;
}

/** A token begins with its user. */
const userOf = (token: string) => token.split('.')[0];

// Pages without an origin of their own, such as files and sandboxed frames, cannot be distinguished.
const keyFor = ({ page, server }: Visit) =>
  page === 'null' ? null : `chatkit-link.visitor ${server} ${page}`;

function read(visit: Visit): Kept | null {
  const key = keyFor(visit);
  try {
    const kept = key && JSON.parse(localStorage.getItem(key) ?? 'null');
    return typeof kept?.token === 'string' ? kept : null;
  } catch {
    return null;
  }
}

function keep(visit: Visit, kept: Kept) {
  const key = keyFor(visit);
  try {
    if (key) localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // A browser that lets embedded pages keep nothing: the visitor lasts as long as the page.
  }
}

const ignore = () => {};
