/*
 * Requests with a client secret, which the host page's own server makes for one user and one while. The page is
 * asked for it once, and again with the one that no longer does: shortly before it ends, where it says when, and
 * when the server refuses it. Requests that wait for a secret at the same time wait for the same one.
 */
import type { ChatKitProblem } from '../protocol/problems';

type GetSecret = (current: string | null) => Promise<string>;

/** Long enough for a request that is made just before the end to arrive. */
const MARGIN_MS = 30_000;

export function fetchWithSecret(
  fetch: typeof globalThis.fetch,
  getSecret: GetSecret,
  failed: (why: unknown) => ChatKitProblem,
): typeof globalThis.fetch {
  let secret: string | null = null;
  let coming: Promise<string> | null = null;

  const ask = (): Promise<string> => {
    coming ??= (async () => {
      try {
        const given: unknown = await getSecret(secret);
        if (typeof given !== 'string' || !given) throw new Error('getClientSecret gave no string.');
        secret = given;
        return given;
      } catch (error) {
        throw failed(error);
      } finally {
        coming = null;
      }
    })();
    return coming;
  };
  const send = (input: RequestInfo | URL, init: RequestInit, bearer: string) => {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${bearer}`);
    return fetch(input, { ...init, headers });
  };

  return async (input, init = {}) => {
    const used = secret && !endsSoon(secret) ? secret : await ask();
    const response = await send(input, init, used);
    if (response.status !== 401) return response;
    // Somebody else's request may have brought a new one meanwhile.
    return send(input, init, secret && secret !== used ? secret : await ask());
  };
}

/** Only a JWT says when it ends; any other secret is good until it is refused. */
function endsSoon(secret: string): boolean {
  try {
    const claims = secret.split('.')[1] ?? '';
    const { exp } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof exp === 'number' && exp * 1000 - MARGIN_MS < Date.now();
  } catch {
    return false;
  }
}
