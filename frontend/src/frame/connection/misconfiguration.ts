/*
 * A fetch that finds out why a server cannot be chatted with, for the developer of the page: until the first request
 * has succeeded, a failure is more likely a wrong setting than a broken line. What is found is reported to the host
 * page, which displays it in development; the user reads what every failed request says.
 */
import { ChatKitProblem, isAbort } from '../../protocol/problems';
import type { Host } from '../host';
import { watchedForDelay } from './held-back';

type Context = {
  host: Host;
  /** The address of the API. */
  url: string;
  /** What addresses of the host page are relative to. */
  base: string;
  /** Whether this page has made the thread, so that the server must know it. */
  hasMade(threadId: string): boolean;
};
type Asked = { type?: string; params?: { thread_id?: string; input?: { attachments?: unknown[] } } };

const IDENTITY =
  'The server does not know the user who made this thread a moment ago, so each request is one of a new user. Let api.fetch pass on the options that it is given, and send a token or the cookie (credentials: "include").';
const ADDRESS =
  'The address of the server ends in /chatkit, or in /chatkit/ and the name of an agent, below the prefix that it is mounted under.';
const HELD_BACK =
  'The answer arrived in one piece at its end, so a proxy holds it back. Switch off its buffering and compression for /chatkit (nginx: proxy_buffering off).';

export function explaining(fetch: typeof globalThis.fetch, context: Context): typeof globalThis.fetch {
  const { host, url, base } = context;
  let hasWorked = false;
  let isReported = false;
  let isJudged = false;

  const report = (message: string) => {
    if (isReported) return;
    isReported = true;
    host.misconfigured(message);
  };
  const worked = () => {
    hasWorked = true;
    if (isReported) host.misconfigured('');
    isReported = false;
  };
  const onHeldBack = (seconds: number) => {
    console.warn(`<openai-chatkit>: ${HELD_BACK}`);
    host.emit('log', { name: 'connection.held_back', data: { seconds } });
  };

  /** A fetch of the page has reasons of its own; those of a browser's are all one. */
  const faultBehind = async (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    return /^Error: /.test(message) ? `api.fetch failed: ${message}` : host.faultOf(new URL(url, base).href);
  };

  return async (input, init) => {
    const isApi = String(input) === url;
    const begun = performance.now();
    let response: Response;
    try {
      response = await fetch(input, init);
    } catch (error) {
      const mayExplain = isApi && !hasWorked && globalThis.navigator?.onLine !== false;
      if (mayExplain && !isAbort(error) && !init?.signal?.aborted && !(error instanceof ChatKitProblem))
        void faultBehind(error).then((fault) => fault && report(fault));
      throw error;
    }
    if (!isApi) return response;
    const fault = await faultIn(response, new URL(url, base).href, init?.body, context);
    if (fault) report(fault);
    else if (response.ok) worked();
    if (!response.body || isJudged || !isStream(response)) return response;
    isJudged = true;
    return new Response(watchedForDelay(response.body, begun, onHeldBack), response);
  };
}

const isStream = ({ ok, headers }: Response) =>
  ok && headers.get('Content-Type')?.startsWith('text/event-stream');

async function faultIn(
  response: Response,
  url: string,
  body: unknown,
  { hasMade }: Context,
): Promise<string | null> {
  const { ok, status, headers } = response;
  const isHtml = headers.get('Content-Type')?.startsWith('text/html');
  const answer = `${url} answered with ${isHtml ? 'a web page' : `status ${status}`}.`;
  if (ok) return isHtml ? `${answer} ${ADDRESS}` : null;
  const { code, detail } = await problemIn(response);
  if (typeof detail === 'string' && detail.includes('CHATKIT_LINK_')) return detail;
  if (status !== 404 && status !== 405) return null;
  const { params } = askedIn(body);
  const threadId = params?.thread_id;
  const isThread = code === undefined || code === 'thread_not_found';
  if (threadId && hasMade(threadId) && status === 404 && isThread) return IDENTITY;
  const namesSomething = threadId || params?.input?.attachments?.length;
  if (status === 404 && namesSomething && typeof detail === 'string' && detail !== 'Not Found') return null;
  // A server of ours has a reason, such as an agent that it does not have.
  return [answer, code && typeof detail === 'string' ? detail : '', ADDRESS].filter(Boolean).join(' ');
}

async function problemIn(response: Response): Promise<{ code?: unknown; detail?: unknown }> {
  try {
    const { code, detail } = await response.clone().json();
    return { code, detail };
  } catch {
    return {};
  }
}

function askedIn(body: unknown): Asked {
  try {
    return typeof body === 'string' ? JSON.parse(body) : {};
  } catch {
    return {};
  }
}
