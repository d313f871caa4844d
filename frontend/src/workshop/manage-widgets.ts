/* New, duplicate, rename, delete and its undo: of files in the folder and of drafts in this browser alike. */
import { type EditState, freeName, renamed, startNew } from './edit-state';
import type { Widgets } from './use-widgets';
import { deleteWidget, renameWidget, restoreWidget } from './workshop-api';

export function manageWidgets(
  { files, kept, taken }: Widgets,
  start: (editing: EditState) => void,
  refresh: () => Promise<void>,
) {
  const fileOf = (name: string) => files.find((file) => file.name === name);
  return {
    create: () => start(startNew(freeName('untitled', taken))),
    duplicate(name: string) {
      const draft = kept.get(name)?.draft ?? fileOf(name)?.draft;
      if (!draft) throw new Error(`${name}.widget cannot be read, so it cannot be duplicated.`);
      start(startNew(freeName(`${name}-copy`, taken), { ...draft, title: `${draft.title} (copy)` }));
    },
    /** Gives the draft of the new name, where there is one. */
    async rename(name: string, to: string): Promise<EditState | null> {
      const file = fileOf(name);
      const draft = kept.get(name);
      const moved = file ? await renameWidget(name, to) : null;
      const next = draft && { ...renamed(draft, to), revision: moved?.revision ?? draft.revision };
      if (next) kept.keep(next);
      kept.drop(name);
      void refresh();
      return next;
    },
    async remove(name: string) {
      const file = fileOf(name);
      const draft = kept.get(name);
      const content = file ? (await deleteWidget(name, file.revision)).content : null;
      kept.addDeleted({ name, title: draft?.draft.title ?? file?.draft?.title ?? name, content, draft });
      kept.drop(name);
      await refresh();
    },
    async restore(name: string) {
      const deleted = kept.takeDeleted(name);
      if (!deleted) return;
      try {
        if (deleted.content !== null) await restoreWidget(name, deleted.content);
      } catch (problem) {
        kept.addDeleted(deleted);
        throw problem;
      }
      const { draft } = deleted;
      // A new draft may have taken its name meanwhile.
      if (draft) kept.keep(kept.get(name) ? { ...draft, name: freeName(name, taken) } : draft);
      await refresh();
    },
  };
}
