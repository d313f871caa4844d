/** link.js: the resumable fetch as one classic script, for pages with another chat element than this server's. */
import { createResumableFetch, type ResumableFetchOptions } from './resumable-fetch';
import { fetchAsVisitor } from './visitor';

declare global {
  interface Window {
    ChatKitLink: { fetch: typeof globalThis.fetch; createFetch: typeof createFetch };
  }
}

const server = (document.currentScript as HTMLScriptElement | null)?.src;

/** In a page of another origin, which the server's cookie does not reach, also states who the visitor is. */
function createFetch(options: ResumableFetchOptions = {}) {
  if (!server || new URL(server).origin === location.origin) return createResumableFetch(options);
  const { fetch = (...request) => globalThis.fetch(...request) } = options;
  return createResumableFetch({ ...options, fetch: fetchAsVisitor(fetch, location.origin, server) });
}

window.ChatKitLink = { fetch: createFetch(), createFetch };
