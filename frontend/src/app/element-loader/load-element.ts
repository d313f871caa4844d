/*
 * Which script defines <openai-chatkit>: OpenAI's from its CDN, this server's own, or OpenAI's with ours in reserve.
 * A page can define the tag once, so a script that is late in "auto" is kept from running at all.
 */
import { CspViolations } from './csp-violations';
import { waitUntilReady } from './wait-until-ready';

export const OFFICIAL = 'https://cdn.platform.openai.com/deployments/chatkit/chatkit.js';
const TAG = 'openai-chatkit';
const LIMIT_MS = 4_000;

export type ElementChoice = 'built-in' | 'official' | 'auto';
export type ElementSource = 'built-in' | 'official' | 'present';

export type LoadOptions = {
  choice?: ElementChoice;
  /** Address of this server's chatkit.js. */
  builtIn: string;
  official?: string;
  /** How long "auto" waits for OpenAI's script, in ms. */
  limit?: number;
};

export type LoadedElement = {
  /** Which script defined the tag; "present" when it was there before. */
  source: ElementSource;
  /** Why "auto" did not take the official one. */
  reason: string | null;
  /** Null when the element gets ready, otherwise a sentence with the reason. */
  whenReady(element: HTMLElement, timeout?: number): Promise<string | null>;
};

/** Rejects with a sentence when the chosen script cannot be had. */
export async function loadElement(options: LoadOptions): Promise<LoadedElement> {
  const { choice = 'auto', builtIn, official = OFFICIAL, limit = LIMIT_MS } = options;
  const watch = new CspViolations();
  const loaded = (source: ElementSource, address: string, reason: string | null = null): LoadedElement => ({
    source,
    reason,
    whenReady: (element, timeout) =>
      waitUntilReady(element, {
        from: new URL(address).origin,
        isOfficial: source === 'official',
        watch,
        timeout,
      }),
  });

  if (customElements.get(TAG)) return loaded('present', document.baseURI);
  if (choice !== 'built-in') {
    const failure = await run(official, choice === 'auto' ? limit : null, watch);
    if (!failure) return loaded('official', official);
    if (choice === 'official') throw new Error(failure);
    await runOwn(builtIn, watch);
    return loaded('built-in', builtIn, failure);
  }
  await runOwn(builtIn, watch);
  return loaded('built-in', builtIn);
}

async function runOwn(address: string, watch: CspViolations) {
  const failure = await run(address, null, watch);
  if (failure) throw new Error(failure);
}

/** Runs a script that should define the tag; a sentence when it does not. */
function run(address: string, limit: number | null, watch: CspViolations): Promise<string | null> {
  const { origin, host } = new URL(address, document.baseURI);
  const script = Object.assign(document.createElement('script'), { src: address, async: true });
  return new Promise((resolve) => {
    const end = (failure: string | null) => {
      clearTimeout(timer);
      if (failure) disarm(script);
      resolve(failure);
    };
    const timer =
      limit === null
        ? undefined
        : setTimeout(
            () => end(`The script of ${host} did not arrive within ${limit / 1000} seconds.`),
            limit,
          );
    script.onload = () =>
      end(customElements.get(TAG) ? null : `The script of ${host} arrived, but it defines no <${TAG}>.`);
    script.onerror = () => {
      const directive = watch.directiveAgainst(origin);
      end(
        directive
          ? `The Content-Security-Policy of this page keeps the script of ${host} out: add ${origin} to its ${directive}.`
          : `The script of ${host} could not be loaded: the network or a content blocker keeps it out.`,
      );
    };
    document.head.append(script);
  });
}

/** A script that moves to another document before it runs never runs (HTML, "execute the script element"). */
function disarm(script: HTMLScriptElement) {
  document.implementation.createHTMLDocument('').adoptNode(script);
}
