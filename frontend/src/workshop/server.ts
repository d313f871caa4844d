/* What the workshop asks of its server, on this machine. */
import { problemFrom } from '../protocol/problems';

export type Draft = { title: string; template: string; schema_text: string; data: string };
export type Shown = { tree: unknown; problems: string[] };
export type Opened = Shown & { name: string; revision: string; draft: Draft | null };

async function ask<T>(path: string, method = 'GET', body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetch(`./api/workshop/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) throw await problemFrom(response);
  return response.json();
}

const widget = (name: string) => `widgets/${encodeURIComponent(name)}`;

export const list = () => ask<Opened[]>('widgets');
export const open = (name: string) => ask<Opened>(widget(name));
export const save = (name: string, draft: Draft, over: string | null) =>
  ask<Opened>(widget(name), 'PUT', { draft, over });
export const preview = (name: string, draft: Draft, signal: AbortSignal) =>
  ask<Shown>(`preview/${encodeURIComponent(name)}`, 'POST', { draft }, signal);
export const takeApart = (name: string, content: string) => ask<Opened>('drop', 'POST', { name, content });

/** Calls back with the names of widgets whose files changed on disk; gives what ends it. */
export function watch(changed: (names: string[]) => void): () => void {
  const source = new EventSource('./api/workshop/changes');
  source.onmessage = (event) => changed(JSON.parse(event.data));
  return () => source.close();
}
