/** link.js: the resumable fetch as one classic script, for pages with another chat element than this server's. */
import { createResumableFetch } from './resumable-fetch';

declare global {
  interface Window {
    ChatKitLink: { fetch: typeof globalThis.fetch; createFetch: typeof createResumableFetch };
  }
}

window.ChatKitLink = { fetch: createResumableFetch(), createFetch: createResumableFetch };
