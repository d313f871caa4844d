/** The history of this server's agents: docs/reference/http-api.md has the routes. */
import { problemFrom } from '../../protocol/problems';
import { type Agent, serverUrl } from '../agents';

/** Times as ISO 8601. */
export type ListedThread = {
  id: string;
  title: string | null;
  created_at: string;
  last_activity: string;
  pinned_at: string | null;
};
export type ThreadPage = { pinned: ListedThread[]; threads: ListedThread[]; after: string | null };

export type Part = { text: string; match: boolean };
/** item_id: the message that was found; null where it is the title. */
export type Hit = { thread_id: string; title: string | null; item_id: string | null; snippet: Part[] };
export type Found = { hits: Hit[]; complete: boolean };

export type ExportFormat = 'markdown' | 'json';

export const exportUrl = (threadId: string, format: ExportFormat) =>
  serverUrl(`chatkit/threads/${encodeURIComponent(threadId)}/export?format=${format}`);

export function listThreads(agent: Agent, after: string | null, limit: number, signal: AbortSignal) {
  const query = new URLSearchParams({ agent: agent.id, limit: String(limit), ...(after && { after }) });
  return ask<ThreadPage>(serverUrl(`chatkit/threads?${query}`), { signal });
}

export function searchThreads(agent: Agent, question: string, signal: AbortSignal) {
  const query = new URLSearchParams({ agent: agent.id, q: question });
  return ask<Found>(serverUrl(`chatkit/search?${query}`), { signal });
}

export function pinThread(threadId: string, pinned: boolean) {
  return ask<ListedThread>(serverUrl(`chatkit/threads/${encodeURIComponent(threadId)}`), {
    method: 'PATCH',
    body: JSON.stringify({ pinned }),
  });
}

export function renameThread(agent: Agent, threadId: string, title: string) {
  return ask<unknown>(agent.url, operation('threads.update', { thread_id: threadId, title }));
}

/** The request is made even if the page is left meanwhile. */
export function deleteThread(agent: Agent, threadId: string) {
  return ask<unknown>(agent.url, {
    ...operation('threads.delete', { thread_id: threadId }),
    keepalive: true,
  });
}

const operation = (type: string, params: object): RequestInit => ({
  method: 'POST',
  body: JSON.stringify({ type, params }),
});

async function ask<T>(url: string, init: RequestInit): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': asked() };
  if (init.body) headers['Content-Type'] = 'application/json';
  const response = await fetch(url, { ...init, headers });
  if (!response.ok) throw await problemFrom(response);
  return (await response.json()) as T;
}

/** The language of the page is that of the chat. */
const asked = () => document.documentElement.lang || 'en';
