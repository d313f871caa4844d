/* The files of the folder, the drafts and the deleted of this browser, and the starters. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { type BrowserDrafts, browserDrafts, type Deleted } from './browser-drafts';
import type { EditState } from './edit-state';
import { type Folder, folder, list, type Starter, starters, type WidgetFile } from './workshop-api';

export type Widgets = {
  files: WidgetFile[];
  starters: Starter[];
  folder: Folder;
  kept: BrowserDrafts;
  drafts: EditState[];
  deleted: Deleted[];
  /** The names that a new widget cannot have. */
  taken: ReadonlySet<string>;
};

/** `widgets` is null until all of them are known. */
export function useWidgets(reportError: (problem: unknown) => void) {
  const [files, setFiles] = useState<WidgetFile[] | null>(null);
  const [place, setPlace] = useState<{ folder: Folder; starters: Starter[] } | null>(null);
  const [changes, setChanges] = useState(0);
  const kept = useMemo(() => place && browserDrafts(place.folder.path), [place]);

  /** Reads the folder again; what this browser keeps is read at once. */
  const refresh = useCallback(async () => {
    setChanges((count) => count + 1);
    await list().then(setFiles, reportError);
  }, [reportError]);

  useEffect(() => {
    void refresh();
    Promise.all([folder(), starters()]).then(
      ([where, offered]) => setPlace({ folder: where, starters: offered }),
      reportError,
    );
  }, [refresh, reportError]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the storage tells nothing of its changes in this tab
  const widgets = useMemo((): Widgets | null => {
    if (!files || !place || !kept) return null;
    const drafts = kept.all();
    const taken = new Set([...files, ...drafts].map(({ name }) => name));
    return { files, ...place, kept, drafts, deleted: kept.deleted(), taken };
  }, [files, place, kept, changes]);
  return { widgets, refresh };
}
