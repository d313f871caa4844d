/*
 * Which pictures may be loaded. A request for a picture carries its address to a server, and so whatever is written
 * into that address.
 *
 * - A picture in a text may be written by a model, which may have read a hostile page. It comes from the server of the
 *   chat or from a listed domain; any other waits for a click, whose button names the domain.
 * - A picture of a widget, or one that was made for an answer, is placed by the server's code. It comes from wherever
 *   the content policy of this page lets it, unless the thread has a list of its own.
 *
 * The content policy stands behind both: with a list in the settings it names that list and nothing else. No click
 * widens it, so the click on a picture from elsewhere then leads to its address, as a link does.
 */
import { createContext, useContext } from 'react';

/** The domains of the thread on the screen; null when it has no list. */
export const ImageDomainsContext = createContext<readonly string[] | null>(null);

/** Origins of the chat's own server, beside that of this page; `any` for a text that no model has written. */
export const OwnOriginsContext = createContext<readonly string[] | 'any'>([]);

/** The URL an image of a widget may be loaded from; null when it may not. */
export const useImageSource = (src: unknown) => allowedImageSource(src, useContext(ImageDomainsContext));

export function allowedImageSource(src: unknown, domains: readonly string[] | null): string | null {
  const url = imageUrl(src);
  if (!url) return null;
  const free = url.protocol === 'data:' || url.origin === location.origin || domains === null;
  return free || isListed(url, domains) ? hrefOf(url, src) : null;
}

/**
 * A picture of a text. `waits`: it is not to be loaded before the user asks for it by its `domain`; `leads` instead of
 * being displayed: no click can load it here.
 */
export type WrittenPicture = { address: string; domain: string; waits: boolean; leads: boolean };

export function useWrittenPicture(src: unknown): WrittenPicture | null {
  return writtenPicture(src, useContext(ImageDomainsContext), useContext(OwnOriginsContext));
}

export function writtenPicture(
  src: unknown,
  domains: readonly string[] | null,
  ownOrigins: readonly string[] | 'any' = [],
  page: PagePolicy = pagePolicy(),
): WrittenPicture | null {
  const url = imageUrl(src);
  if (!url) return null;
  const own =
    ownOrigins === 'any' ||
    url.protocol === 'data:' ||
    [location.origin, page.publicOrigin, ...ownOrigins].includes(url.origin);
  // A thread's list narrows that of the settings.
  const listed = domains ?? page.domains;
  const waits = !own && !(isListed(url, listed) && (page.domains === null || isListed(url, page.domains)));
  return { address: hrefOf(url, src), domain: url.host, waits, leads: waits && !isLoadable(url, page) };
}

/** What the server has written into this page: the list of the settings, if there is one, and its public origin. */
export type PagePolicy = { domains: readonly string[] | null; publicOrigin: string | null };

function pagePolicy(): PagePolicy {
  const written = (name: string) =>
    document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content || null;
  return {
    domains: written('allowed-image-domains')?.split(' ') ?? null,
    publicOrigin: written('public-origin'),
  };
}

/** Whether the content policy of this page would let it through; the server writes the same into its header. */
function isLoadable({ protocol, hostname }: URL, page: PagePolicy): boolean {
  if (page.domains !== null) return false;
  return protocol === 'https:' || (isLoopback(location.hostname) && isLoopback(hostname));
}

const isLoopback = (host: string) => host === 'localhost' || host === '127.0.0.1';

function imageUrl(src: unknown): URL | null {
  if (typeof src !== 'string' || src === '') return null;
  if (/^data:/i.test(src)) return /^data:image\//i.test(src) ? new URL('data:') : null;
  try {
    const url = new URL(src, document.baseURI);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
  } catch {
    return null;
  }
}

/** Data are not read as an address, which takes long and changes nothing. */
const hrefOf = (url: URL, src: unknown) => (url.protocol === 'data:' ? String(src) : url.href);

const isListed = (url: URL, domains: readonly string[] | null) =>
  domains?.some((domain) => covers(domain, url)) ?? false;

/**
 * As in a content policy: "example.com" is itself alone, "*.example.com" is what lies below it, and either means the
 * usual port; and plain http does where this page came over it.
 */
function covers(domain: string, { protocol, hostname, port }: URL): boolean {
  if (protocol !== 'https:' && protocol !== location.protocol) return false;
  const [, wanted = '', wantedPort = ''] = /^(.*?)(?::(\d+|\*))?$/.exec(domain.trim().toLowerCase()) ?? [];
  if (wantedPort !== '*' && wantedPort !== port) return false;
  return wanted.startsWith('*.') ? hostname.endsWith(wanted.slice(1)) : hostname === wanted;
}
