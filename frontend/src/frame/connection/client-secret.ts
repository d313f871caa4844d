/*
 * Requests with a client secret, which the host page's own server makes for one user and one while. The page is
 * asked for it once, before the first request needs it, and again with the one that no longer does: shortly before it
 * expires, where a JWT or the server states when, and when the server refuses it. Requests that wait for a secret at
 * the same time wait for the same one.
 */
import type { ChatKitProblem } from '../../protocol/problems';

type GetSecret = (current: string | null) => Promise<string>;

/** Long enough for a request that is made just before the end to arrive. */
const MARGIN_MS = 30_000;
/** Seconds that the secret of a request is still good for. */
const LEFT = 'X-Session-Expires-In';

export function fetchWithSecret(
  fetch: typeof globalThis.fetch,
  getSecret: GetSecret,
  failed: (why: unknown) => ChatKitProblem,
): typeof globalThis.fetch {
  let secret: string | null = null;
  /** When the secret is to be renewed, once that is known. */
  let renewal: number | null = null;
  let coming: Promise<string> | null = null;

  const ask = (): Promise<string> => {
    coming ??= (async () => {
      try {
        const given: unknown = await getSecret(secret);
        if (typeof given !== 'string' || !given) throw new Error('getClientSecret gave no string.');
        secret = given;
        renewal = renewalOf(given);
        return given;
      } catch (error) {
        throw failed(error);
      } finally {
        coming = null;
      }
    })();
    return coming;
  };
  /** A secret that still does is used where the page fails to give the next one in time. */
  const renew = () => ask().catch((error) => secret ?? Promise.reject(error));
  const send = async (input: RequestInfo | URL, init: RequestInit, bearer: string) => {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${bearer}`);
    const response = await fetch(input, { ...init, headers });
    const left = Number(response.headers.get(LEFT)) * 1000;
    if (left && bearer === secret) renewal ??= Date.now() + Math.max(left - MARGIN_MS, left / 2);
    return response;
  };

  // As OpenAI's element does: pages wait for this call to show the chat. A failure is reported, and the first request
  // asks again.
  void ask().catch(() => {});
  return async (input, init = {}) => {
    const used = secret && (renewal === null || Date.now() < renewal) ? secret : await renew();
    const response = await send(input, init, used);
    if (response.status !== 401) return response;
    // Another request may have brought a new one meanwhile.
    return send(input, init, secret && secret !== used ? secret : await ask());
  };
}

/** Only a JWT states by itself when it ends. */
function renewalOf(secret: string): number | null {
  try {
    const claims = secret.split('.')[1] ?? '';
    const { exp } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof exp === 'number' ? exp * 1000 - MARGIN_MS : null;
  } catch {
    return null;
  }
}
