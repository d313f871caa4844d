/* What the workshop asks of its server, on this machine. */
import { problemFrom } from '../protocol/problems';
import type { WidgetItem } from '../protocol/types';

export type WidgetDraft = { title: string; template: string; schema_text: string; data: string };
export type TextName = 'template' | 'schema' | 'data';
/** A problem at its place; `text` is null where it has none. Lines and columns count from 1, columns in characters. */
export type Mark = {
  message: string;
  notice: boolean;
  text: TextName | null;
  line: number;
  column: number;
  end_line: number;
  end_column: number;
};
export type Preview = { tree: unknown; problems: string[]; marks: Mark[] };
export type WidgetFile = Preview & { name: string; revision: string; draft: WidgetDraft | null };

/** A widget to begin with. */
export type Starter = WidgetFile & { group: string; about: string };
/** Where widgets are saved. */
export type Folder = { name: string; path: string; writable: boolean };
/** file: of a .widget file. tree: JSON of the nodes. python: a tool that shows it. */
export type Export = { file: string; tree: string; python: string };

/** What actions can be sent to; `url` is the address of its protocol. */
export type ActionTarget = { id: string; name: string; url: string };

async function ask<T>(path: string, method = 'GET', body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetch(`./api/${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) throw await problemFrom(response);
  return response.json();
}

const widget = (name: string, what = 'widgets') => `workshop/${what}/${encodeURIComponent(name)}`;

export const list = () => ask<WidgetFile[]>('workshop/widgets');
export const openWidget = (name: string) => ask<WidgetFile>(widget(name));
export const save = (name: string, draft: WidgetDraft, over: string | null) =>
  ask<WidgetFile>(widget(name), 'PUT', { draft, over });
/** Gives what the file held, so that it can be put back. */
export const deleteWidget = (name: string, over: string) =>
  ask<{ content: string }>(`${widget(name)}?over=${encodeURIComponent(over)}`, 'DELETE');
export const restoreWidget = (name: string, content: string) =>
  ask<WidgetFile>('workshop/restore', 'POST', { name, content });
export const renameWidget = (name: string, to: string) =>
  ask<WidgetFile>(`${widget(name)}/rename`, 'POST', { to });
export const exported = (name: string, draft: WidgetDraft, over: string | null) =>
  ask<Export>(widget(name, 'export'), 'POST', { draft, over });
export const starters = () => ask<Starter[]>('workshop/starters');
export const folder = () => ask<Folder>('workshop/folder');
export const preview = (name: string, draft: WidgetDraft, signal: AbortSignal) =>
  ask<Preview>(widget(name, 'preview'), 'POST', { draft }, signal);
export const parseDropped = (name: string, content: string) =>
  ask<WidgetFile>('workshop/drop', 'POST', { name, content });
/** Puts what the draft renders to into a new thread of the developer's own. */
export const createThread = (name: string, draft: WidgetDraft) =>
  ask<WidgetItem>(widget(name, 'threads'), 'POST', { draft });
export const agents = async () => {
  const { agents: all, default: first } = await ask<{ agents: ActionTarget[]; default: string }>('agents');
  return all.toSorted((one, other) => Number(other.id === first) - Number(one.id === first));
};

/** Calls back with the names of widgets whose files changed on disk; gives what ends it. */
export function watch(changed: (names: string[]) => void): () => void {
  const source = new EventSource('./api/workshop/changes');
  source.onmessage = (event) => changed(JSON.parse(event.data));
  return () => source.close();
}
