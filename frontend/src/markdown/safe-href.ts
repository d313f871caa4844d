/*
 * What a click in an answer may lead to. Answers are written by models, and models read what anyone wrote: an
 * address can be anything. The last of these is a link to the host page.
 */
const LINKS = new Set(['http:', 'https:', 'mailto:', 'tel:', 'chatkit-link:']);

export function safeHref(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined;
  try {
    const url = new URL(address, document.baseURI);
    return LINKS.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}
