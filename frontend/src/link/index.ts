/** link.js: the fetch as one classic script, for pages with another chat element than this server's. */
import { createLinkFetch } from './link-fetch';

declare global {
  interface Window {
    ChatKitLink: { fetch: typeof globalThis.fetch; createFetch: typeof createLinkFetch };
  }
}

window.ChatKitLink = { fetch: createLinkFetch(), createFetch: createLinkFetch };
