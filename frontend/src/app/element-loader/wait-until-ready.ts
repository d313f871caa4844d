import type { CspViolations } from './csp-violations';

/** Long enough for a slow phone; the domain check of OpenAI's element is one more request. */
const TIMEOUT_MS = 12_000;
const ALLOWLIST = 'https://platform.openai.com/settings/organization/security/domain-allowlist';
/** OpenAI exempts these from its list. */
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

type Waiting = { from: string; isOfficial: boolean; watch: CspViolations; timeout?: number | undefined };

/** Null when the element is ready; a sentence with the reason when it fails, is kept out, or does not answer. */
export function waitUntilReady(element: HTMLElement, waiting: Waiting): Promise<string | null> {
  const { from, isOfficial, watch, timeout = TIMEOUT_MS } = waiting;
  const done = new AbortController();
  const { signal } = done;
  return new Promise<string | null>((resolve) => {
    const policy = () => {
      const directive = watch.directiveAgainst(from);
      if (directive) resolve(policySentence(from, directive));
    };
    element.addEventListener('chatkit.ready', () => resolve(null), { signal });
    element.addEventListener(
      'chatkit.error',
      (event) => resolve(errorSentence((event as CustomEvent).detail?.error, isOfficial)),
      { signal },
    );
    watch.onBlocked = policy;
    policy();
    const timer = setTimeout(() => resolve(timeoutSentence(isOfficial)), timeout);
    signal.addEventListener('abort', () => clearTimeout(timer));
  }).finally(() => {
    done.abort();
    watch.onBlocked = () => {};
  });
}

const policySentence = (from: string, directive: string) =>
  `The Content-Security-Policy of this page keeps the chat out: add ${from} to its ${directive}.`;

const domainSentence = () =>
  `OpenAI does not allow its chat on ${location.hostname}: add the domain at ${ALLOWLIST}.`;

function errorSentence(error: unknown, isOfficial: boolean): string {
  const message = error instanceof Error ? error.message : String(error ?? 'no reason given');
  if (isOfficial && /domain/i.test(message)) return `${domainSentence()} It said: ${message}`;
  return `The chat could not start: ${message}`;
}

/** The frame is of another origin: why it does not answer can only be guessed from the usual causes. */
function timeoutSentence(isOfficial: boolean): string {
  if (!isOfficial)
    return 'The chat did not start. Reload the page; if it stays so, see the log of the server.';
  if (LOCAL.test(location.hostname))
    return 'OpenAI’s element loaded, but its chat does not start: the network or a content blocker keeps its frame out.';
  return `OpenAI’s element loaded, but its chat does not start. Most often ${location.hostname} is not on OpenAI’s list of allowed domains: add it at ${ALLOWLIST}. Otherwise the network or a content blocker keeps its frame out.`;
}
