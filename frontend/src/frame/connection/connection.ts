/*
 * How the requests of the frame reach the server that the options name. A server at `api.url` is asked by the host
 * page, with its cookies or its own `api.fetch`. With `api.getClientSecret` this frame's own server is asked by the
 * frame itself: the secret states who it is for, so neither cookies nor CORS have a part in it.
 */
import type { ChatKitOptions } from '@openai/chatkit';
import { ChatKitProblem } from '../../protocol/problems';
import { createResumableFetch, type ResumableFetchInit } from '../../resumable-fetch/resumable-fetch';
import type { Host } from '../host';
import { fetchWithSecret } from './client-secret';

type Context = {
  host: Host;
  /** What addresses of the host page are relative to. */
  base: string;
  acceptLanguage(): string;
  /** For the user, when the page gives no secret. */
  noSecretMessage(): string;
};
export type Api = { url: string; fetch: typeof globalThis.fetch };

const OWN_ADDRESS = () => new URL('chatkit', location.href).href;

export function connect(api: ChatKitOptions['api'] | null, context: Context): Api {
  const { host } = context;
  const onConnection = (connection: string) => host.emit('log', { name: `connection.${connection}` });
  if (!api) return { url: '', fetch: host.fetch };
  if ('getClientSecret' in api) {
    const own: typeof fetch = (input, init) => fetch(input, { ...init, credentials: 'omit' });
    const withSecret = fetchWithSecret(own, api.getClientSecret, (why) => {
      host.fail(`api.getClientSecret failed: ${why instanceof Error ? why.message : why}`);
      return new ChatKitProblem(context.noSecretMessage(), 401);
    });
    return {
      url: OWN_ADDRESS(),
      fetch: withReports(createResumableFetch({ fetch: withSecret, onConnection }), context),
    };
  }

  const byPage: typeof fetch = (input, init) => host.fetch(new URL(String(input), context.base).href, init);
  const resumable = createResumableFetch({ fetch: byPage, onConnection });
  // Another server's CORS rules may refuse the header of the resumable fetch; a fetch of the page goes its own ways.
  const isOurs = new URL(api.url, context.base).origin === location.origin && !api.fetch;
  const send: typeof fetch = (input, init: ResumableFetchInit = {}) =>
    isOurs && !init.onSent ? resumable(input, init) : byPage(input, init);
  return { url: api.url, fetch: withReports(send, context) };
}

/** Asks for answers in the language of the user, and reports failed requests to the host page. */
function withReports(
  fetch: typeof globalThis.fetch,
  { host, acceptLanguage }: Context,
): typeof globalThis.fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('Accept-Language', acceptLanguage());
    const response = await fetch(input, { ...init, headers });
    if (!response.ok) host.emit('log', { name: 'request.failed', data: { status: response.status } });
    return response;
  };
}
