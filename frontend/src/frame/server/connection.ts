/*
 * How the requests of the frame reach the server that the options name. A server at `api.url` is asked by the host
 * page, with its cookies or its own `api.fetch`. With `api.getClientSecret` this frame's own server is asked by the
 * frame itself: the secret says who it is for, so neither cookies nor CORS have a part in it.
 */
import type { ChatKitOptions } from '@openai/chatkit';
import { ChatKitProblem } from '../../protocol/problems';
import { createResumableFetch, type ResumableFetchInit } from '../../resumable-fetch/resumable-fetch';
import type { Host } from '../host';
import { fetchWithSecret } from './client-secret';

type Around = {
  host: Host;
  /** What addresses of the host page are relative to. */
  base: string;
  locale(): string;
  /** For people, when the page gives no secret. */
  noSecret(): string;
};
export type Api = { url: string; fetch: typeof globalThis.fetch };

const OWN_ADDRESS = () => new URL('chatkit', location.href).href;

export function connect(api: ChatKitOptions['api'] | null, around: Around): Api {
  const { host } = around;
  const onConnection = (connection: string) => host.emit('log', { name: `connection.${connection}` });
  if (!api) return { url: '', fetch: host.fetch };
  if ('getClientSecret' in api) {
    const own: typeof fetch = (input, init) => fetch(input, { ...init, credentials: 'omit' });
    const withSecret = fetchWithSecret(own, api.getClientSecret, (why) => {
      host.fail(`api.getClientSecret failed: ${why instanceof Error ? why.message : why}`);
      return new ChatKitProblem(around.noSecret(), 401);
    });
    return {
      url: OWN_ADDRESS(),
      fetch: telling(createResumableFetch({ fetch: withSecret, onConnection }), around),
    };
  }

  const byPage: typeof fetch = (input, init) => host.fetch(new URL(String(input), around.base).href, init);
  const linked = createResumableFetch({ fetch: byPage, onConnection });
  // Another server's CORS rules may refuse the header of the link fetch; a fetch of the page goes its own ways.
  const isOurs = new URL(api.url, around.base).origin === location.origin && !api.fetch;
  const send: typeof fetch = (input, init: ResumableFetchInit = {}) =>
    isOurs && !init.onSent ? linked(input, init) : byPage(input, init);
  return { url: api.url, fetch: telling(send, around) };
}

/** Says in which language to answer, and tells the host page what failed. */
function telling(fetch: typeof globalThis.fetch, { host, locale }: Around): typeof globalThis.fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('Accept-Language', locale());
    const response = await fetch(input, { ...init, headers });
    if (!response.ok) host.emit('log', { name: 'request.failed', data: { status: response.status } });
    return response;
  };
}
