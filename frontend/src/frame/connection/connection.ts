/*
 * How the requests of the frame reach the server that the options name. With `api.getClientSecret`, and in a page of
 * another origin, this frame's own server is asked by the frame itself: a secret or the frame's token states who it is
 * for, so neither cookies nor CORS have a part in it. Else the server at `api.url` is asked by the host page, with its
 * cookies or its own `api.fetch`.
 */
import type { ChatKitOptions } from '@openai/chatkit';
import { ChatKitProblem } from '../../protocol/problems';
import { createResumableFetch, type ResumableFetchInit } from '../../resumable-fetch/resumable-fetch';
import { fetchAsVisitor } from '../../resumable-fetch/visitor';
import type { Host } from '../host';
import { fetchWithSecret } from './client-secret';
import { askedByFrame, isOwn } from './own-server';

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

  const absolute = (url: RequestInfo | URL) => new URL(String(url), context.base).href;
  const isOurs = isOwn(absolute(api.url));
  const byPage: typeof fetch = (input, init) => host.fetch(input, init);
  let sent = byPage;
  if (isOurs && host.origin !== location.origin)
    sent = fetchAsVisitor(api.fetch ? byPage : askedByFrame(byPage), host.origin, location.href);
  // Neither this server's CORS rules nor those of the page's own refuse the headers of the resumable fetch.
  const unsure = !isOurs && new URL(absolute(api.url)).origin !== new URL(context.base).origin;
  const resumable = createResumableFetch({ fetch: sent, onConnection, unsure });
  const send: typeof fetch = (input, init: ResumableFetchInit = {}) =>
    (init.onSent ? sent : resumable)(absolute(input), init);
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
