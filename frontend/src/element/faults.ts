/*
 * Why a page gets nothing from a server, as far as the page itself can find out. A browser tells a script no more than
 * that a request failed, so what works beside it says the rest: an opaque request arrives at any server that is up, and
 * what a policy refuses is reported.
 */

/** What policies have refused: the directive, or "coep", and the address. */
export type Refusal = [directive: string, url: string];
type PolicyReport = { type: string; body: { toJSON(): { effectiveDirective?: string; blockedURL: string } } };

const isLocal = (host: string) => /^(localhost|127\..+|\[::1\]|.+\.localhost|)$/.test(host);

/** Whether a developer looks at the page, and not a visitor. An attribute of the element overrides the guess. */
export const isDevelopment = ({ dataset: { debug } }: HTMLElement) =>
  debug === undefined ? isLocal(location.hostname) : debug !== 'false';

/** A page with a policy that refuses much is not to fill the memory. */
const MOST = 200;

/** Adds what is refused from now on; Chromium reports more than others, and what was before. */
export function watchRefusals(refusals: Refusal[]) {
  const add = (refusal: Refusal) => refusals.length < MOST && refusals.push(refusal);
  addEventListener('securitypolicyviolation', (event) => add([event.effectiveDirective, event.blockedURI]));
  if (!('ReportingObserver' in window)) return;
  const onReports = (reports: Report[]) => {
    for (const { type, body } of reports as unknown as PolicyReport[]) {
      // Of a report about an embedder policy, Chromium gives the parts only here.
      const { effectiveDirective = type, blockedURL } = body.toJSON();
      add([effectiveDirective, blockedURL]);
    }
  };
  new ReportingObserver(onReports, { types: ['coep', 'csp-violation'], buffered: true }).observe();
}

/** What went wrong with requests to `url`, in a sentence with the mend; null if nothing is found wrong now. */
export async function faultOf(url: string, refusals: Refusal[], isFrame = false): Promise<string | null> {
  const { origin, protocol, hostname } = new URL(url);
  const reaches = (mode: RequestMode) =>
    fetch(url, { mode, credentials: 'omit', cache: 'no-store' }).catch(() => null);
  const isRefused = (directive: string) =>
    refusals.some(([name, blocked]) => name === directive && `${blocked}/`.startsWith(`${origin}/`));

  if (location.protocol === 'https:' && protocol === 'http:' && !isLocal(hostname))
    return `This page is on HTTPS and ${origin} is not, so the browser refuses it. Serve the chat over HTTPS.`;
  // The page itself has come from there: a line that breaks is told by the chat.
  if (!isFrame && origin === location.origin && !refusals.length) return null;
  const readable = await reaches('cors');
  for (const directive of ['frame-src', 'connect-src'])
    if (isRefused(directive) && (isFrame || directive === 'connect-src'))
      return `The Content-Security-Policy of this page refuses ${origin}. Add it to ${directive}.`;
  if (isRefused('coep'))
    return `The Cross-Origin-Embedder-Policy of this page refuses ${origin}. Keep all headers that the chat server sends.`;
  if (!readable)
    return (await reaches('no-cors'))
      ? `${origin} does not let this page in. Add ${location.origin} to CHATKIT_LINK_ORIGINS.`
      : `${origin} does not answer. Start the server, or correct its address.`;
  if (!isFrame)
    return `${origin} answers, but refused a request of this page. Its CORS rules must allow the headers that api.fetch adds.`;
  return readable.ok
    ? `${origin} answers, but its frame did not start. Allow ${location.origin} in CHATKIT_LINK_FRAME_ANCESTORS, and look into the console.`
    : `${url} answered with status ${readable.status}. Load chatkit.js from the chat server, below its prefix.`;
}
