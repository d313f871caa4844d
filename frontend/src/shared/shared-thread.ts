/** What a read-only link displays, from the server that the link is of; and how the chat frame is made to draw it. */
import type { Host } from '../frame/host';
import { problemFrom } from '../protocol/problems';
import type { Page, ThreadItem } from '../protocol/types';

export type SharedThread = {
  title?: string;
  created_at: string;
  expires_at?: string;
  items: ThreadItem[];
};
type Part = Omit<SharedThread, 'items'> & { items: Page<ThreadItem> };

/** The page is at /shared/TOKEN, whatever the server is mounted under. */
export const apiOf = (page: string) => page.replace(/\/shared\/([^/?#]+).*$/, '/api/shared/$1');

/** All of it. Throws a ChatKitProblem where there is nothing behind the link. */
export async function readSharedThread(api: string, acceptLanguage: string): Promise<SharedThread> {
  const items: ThreadItem[] = [];
  let after = '';
  for (;;) {
    const response = await fetch(`${api}${after}`, {
      credentials: 'omit',
      headers: { 'Accept-Language': acceptLanguage },
    });
    if (!response.ok) throw await problemFrom(response);
    const part: Part = await response.json();
    items.push(...part.items.data);
    if (!part.items.has_more || !part.items.after) return { ...part, items };
    after = `?after=${encodeURIComponent(part.items.after)}`;
  }
}

/** A new thread of the reader's own with what the link displays. */
export async function continueThread(
  api: string,
  acceptLanguage: string,
): Promise<{ thread_id: string; agent: string }> {
  const headers = { 'Accept-Language': acceptLanguage };
  const response = await fetch(`${api}/continue`, { method: 'POST', credentials: 'same-origin', headers });
  if (!response.ok) throw await problemFrom(response);
  return response.json();
}

/** The id under which the frame knows the thread; it is none of the server's. */
export const THREAD = 'shared';

/** Answers the frame's requests from what was read: nothing it asks for reaches a server. */
export function hostOf({ items, created_at, title }: SharedThread): Host {
  const thread = {
    id: THREAD,
    title,
    created_at,
    // So that whatever would change something is out of reach.
    status: { type: 'locked' },
    items: { data: items, has_more: false },
  };
  return {
    origin: location.origin,
    fetch: async (input, init) => {
      const url = new URL(String(input), location.href);
      if (url.pathname.endsWith('/run')) return Response.json({ run: null, last: null, endings: [] });
      if (url.pathname.endsWith('/hosts')) return Response.json({ hosts: [] });
      const asked = typeof init?.body === 'string' ? JSON.parse(init.body) : {};
      if (asked.type === 'threads.get_by_id') return Response.json(thread);
      if (asked.type === 'items.list') return Response.json({ data: items.toReversed(), has_more: false });
      return new Response('', { status: 409 });
    },
    invoke: async () => undefined,
    emit: () => {},
    fail: () => {},
    misconfigured: () => {},
    faultOf: async () => null,
    keep: () => {},
  };
}
