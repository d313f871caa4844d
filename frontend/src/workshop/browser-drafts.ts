/*
 * What is typed and not saved yet, and what was deleted, kept in this browser: a reload, a closed tab or a server that
 * is away loses nothing. Each widget has an entry of its own, so that two tabs do not write over each other, and each
 * folder its own entries, because another project may be served at the same address tomorrow.
 */
import type { EditState } from './edit-state';

/** content: the file as it was; null where there was none. draft: what was typed and not saved. */
export type Deleted = { name: string; title: string; content: string | null; draft: EditState | null };

const MOST_DELETED = 20;

export type BrowserDrafts = ReturnType<typeof browserDrafts>;

export function browserDrafts(folder: string, storage: Storage = localStorage) {
  const prefix = `chatkit-link.workshop:${folder}:`;
  const draftKey = (name: string) => `${prefix}draft:${name}`;
  const deletedKey = `${prefix}deleted`;
  const read = <T>(key: string): T | null => {
    try {
      return JSON.parse(storage.getItem(key) ?? 'null');
    } catch {
      return null;
    }
  };
  const writeDeleted = (all: Deleted[]) =>
    storage.setItem(deletedKey, JSON.stringify(all.slice(0, MOST_DELETED)));
  const deleted = () => read<Deleted[]>(deletedKey) ?? [];
  return {
    all(): EditState[] {
      const keys = Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? '');
      return keys
        .filter((key) => key.startsWith(draftKey('')))
        .map((key) => read<EditState>(key))
        .filter((draft) => draft !== null)
        .toSorted((one, other) => one.name.localeCompare(other.name));
    },
    get: (name: string) => read<EditState>(draftKey(name)),
    /** Raises where the browser keeps nothing or no more. */
    keep(editing: EditState) {
      storage.setItem(draftKey(editing.name), JSON.stringify({ ...editing, newer: null }));
    },
    drop: (name: string) => storage.removeItem(draftKey(name)),
    deleted,
    /** The newest first. */
    addDeleted: (one: Deleted) => writeDeleted([one, ...deleted()]),
    takeDeleted(name: string): Deleted | undefined {
      const all = deleted();
      const found = all.findIndex((one) => one.name === name);
      if (found >= 0) writeDeleted(all.toSpliced(found, 1));
      return all[found];
    },
  };
}
