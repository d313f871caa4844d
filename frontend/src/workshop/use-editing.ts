/*
 * What is open: as the address says, from the draft in this browser, else from the file, else from the starter. What is
 * typed is kept in this browser with each change. A starter that is only looked at leaves no draft.
 */
import { useEffect, useRef, useState } from 'react';
import type { useAddress } from './address';
import { changedOnDisk, type EditState, freeName, hasChanges, startEditing, startNew } from './edit-state';
import type { Widgets } from './use-widgets';
import { openWidget, type WidgetDraft, watch } from './workshop-api';

const FULL = 'This browser does not keep what you type: save it, or export it, before you leave the page.';

export function useEditing(
  { address, open, amend }: ReturnType<typeof useAddress>,
  widgets: Widgets | null,
  refresh: () => Promise<void>,
  report: (sentence: string) => void,
) {
  const [editing, setEditing] = useState<EditState | null>(null);
  /** The address that `editing` was opened for. */
  const opened = useRef('');
  const starter = useRef<WidgetDraft | null>(null);
  const { page, name } = address;
  const here = `${page}/${name}`;

  useEffect(() => {
    if (!widgets || opened.current === here) return;
    opened.current = here;
    const found = page === 'home' ? null : find(widgets, page, name);
    starter.current = page === 'starter' ? (found?.draft ?? null) : null;
    setEditing(found);
    if (page === 'home') void refresh();
    else if (!found) {
      report(
        page === 'starter'
          ? `There is no starter named ${name}.`
          : `There is no ${name}.widget in ${widgets.folder.path}, and no draft of that name in this browser.`,
      );
      open('home');
    }
  }, [widgets, here, page, name, refresh, open, report]);

  const current = editing?.name;
  useEffect(
    () =>
      watch(async (names) => {
        void refresh();
        if (current === undefined || !names.includes(current)) return;
        // Not there any more: what is typed stays, and can be saved again.
        const file = await openWidget(current).catch(() => null);
        if (file) setEditing((now) => (now?.name === current ? changedOnDisk(now, file) : now));
      }),
    [current, refresh],
  );

  const keep = (next: EditState) => {
    try {
      if (hasChanges(next)) widgets?.kept.keep(next);
      else widgets?.kept.drop(next.name);
    } catch {
      report(FULL);
    }
  };
  /** The same widget, with other words or another name. */
  const change = (next: EditState) => {
    setEditing(next);
    const untouched =
      starter.current &&
      next.revision === null &&
      JSON.stringify(next.draft) === JSON.stringify(starter.current);
    if (untouched) return;
    starter.current = null;
    keep(next);
    opened.current = `widget/${next.name}`;
    if (page !== 'widget' || name !== next.name) amend({ page: 'widget', name: next.name });
  };
  /** Another widget, on a page of its own. */
  const start = (next: EditState) => {
    keep(next);
    starter.current = null;
    opened.current = `widget/${next.name}`;
    setEditing(next);
    open('widget', next.name);
  };
  return { editing: page === 'home' ? null : editing, change, start };
}

function find(
  { files, kept, starters, taken }: Widgets,
  page: 'widget' | 'starter',
  name: string,
): EditState | null {
  if (page === 'starter') {
    const starter = starters.find((one) => one.name === name);
    return starter?.draft ? startNew(freeName(name, taken), starter.draft) : null;
  }
  const file = files.find((one) => one.name === name);
  const draft = kept.get(name);
  if (draft) return file ? changedOnDisk(draft, file) : draft;
  return file?.draft ? startEditing(file) : null;
}
