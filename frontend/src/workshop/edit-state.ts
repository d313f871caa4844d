/*
 * One widget as it is edited: what stands on disk, what is typed, and whether the two have gone apart. What was
 * typed is only ever replaced when the user asks for it.
 */
import type { WidgetDraft, WidgetFile } from './workshop-api';

export type EditState = {
  name: string;
  /** The revision on disk that the draft began with; null for a file that is not there yet. */
  revision: string | null;
  saved: WidgetDraft | null;
  draft: WidgetDraft;
  /** What stands on disk now, while something else is typed here. */
  newer: WidgetFile | null;
};

const EMPTY: WidgetDraft = { title: '', template: '', schema_text: '{}', data: '{}' };

export const startEditing = (opened: WidgetFile): EditState => ({
  name: opened.name,
  revision: opened.revision,
  saved: opened.draft,
  draft: opened.draft ?? EMPTY,
  newer: null,
});

/** A card to fill, with the cursor's place between its brackets. */
const BLANK: Omit<WidgetDraft, 'title'> = {
  template: '{\n  "type": "Card",\n  "size": "md",\n  "children": [\n  ]\n}',
  schema_text: '{\n  "type": "object",\n  "properties": {}\n}',
  data: '{}',
};

/** A widget that is in this browser only, until it is saved. */
export const startNew = (name: string, draft?: WidgetDraft): EditState => ({
  name,
  revision: null,
  saved: null,
  draft: { ...BLANK, ...draft, title: draft?.title ?? titleOf(name) },
  newer: null,
});

/** `order-status` is called "Order status". */
export function titleOf(name: string): string {
  const words = name.replace(/[-_.\s]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The name itself, or with a number where it is taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count += 1) free = `${name}-${count}`;
  return free;
}

/** What was called by its name is called by the new one, too. */
export function renamed(editing: EditState, to: string): EditState {
  const { name, draft, saved } = editing;
  const title = saved === null && draft.title === titleOf(name) ? titleOf(to) : draft.title;
  return { ...editing, name: to, draft: { ...draft, title } };
}

/** A file that was dropped here, over the file of that name if there is one. */
export const startFromDrop = (dropped: WidgetFile, there: WidgetFile | undefined): EditState => ({
  ...startEditing(dropped),
  saved: there?.draft ?? null,
  revision: there?.revision ?? null,
});

export const hasChanges = ({ draft, saved }: EditState) => !same(draft, saved);

/** The file changed on disk: taken over where nothing is typed, else offered. */
export function changedOnDisk(editing: EditState, opened: WidgetFile): EditState {
  if (opened.revision === editing.revision) return { ...editing, newer: null };
  if (!hasChanges(editing) || same(editing.draft, opened.draft)) return startEditing(opened);
  return { ...editing, newer: opened };
}

export const keepMine = (editing: EditState): EditState =>
  editing.newer
    ? { ...editing, revision: editing.newer.revision, saved: editing.newer.draft, newer: null }
    : editing;

function same(one: WidgetDraft | null, other: WidgetDraft | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
