/*
 * Which pictures may be loaded. A thread may list the domains its images come from (`allowed_image_domains`); then a
 * picture from elsewhere is not requested, so that what is written in a thread cannot report to another server who
 * reads it. Pictures of this server and those that are in the text itself are always loaded.
 */
import { createContext, useContext } from 'react';

/** The domains of the thread on the screen; null when it has no list. */
export const ImageDomainsContext = createContext<readonly string[] | null>(null);

/** The URL an image may be loaded from; null when it may not. */
export const useImageSource = (src: unknown) => allowedImageSource(src, useContext(ImageDomainsContext));

export function allowedImageSource(src: unknown, domains: readonly string[] | null): string | null {
  if (typeof src !== 'string' || src === '') return null;
  if (/^data:image\//i.test(src)) return src;
  let url: URL;
  try {
    url = new URL(src, document.baseURI);
  } catch {
    return null;
  }
  if (url.origin === location.origin) return url.href;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  return domains === null || domains.some((domain) => covers(domain, url.hostname)) ? url.href : null;
}

/** As in a content policy: "example.com" is itself alone, "*.example.com" is what lies below it. */
function covers(domain: string, host: string): boolean {
  const wanted = domain.trim().toLowerCase();
  return wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) : host === wanted;
}
