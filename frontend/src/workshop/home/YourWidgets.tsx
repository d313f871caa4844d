/* The files of the folder and the drafts of this browser, which are one thing to the person who makes them. */
import { useEffect, useState } from 'react';
import type { EditState } from '../edit-state';
import { type Folder, preview, type WidgetFile } from '../workshop-api';
import { Entry, EntryAction } from './Entry';

export type Manage = {
  open(name: string): void;
  duplicate(name: string): void;
  rename(name: string): void;
  remove(name: string): void;
};

export function YourWidgets({
  widgets,
  drafts,
  folder,
  manage,
}: {
  widgets: WidgetFile[];
  drafts: EditState[];
  folder: Folder;
  manage: Manage;
}) {
  const files = new Set(widgets.map(({ name }) => name));
  const unsaved = new Set(drafts.map(({ name }) => name));
  const drawn = useDrawn(drafts);
  if (widgets.length + drafts.length === 0) return null;
  return (
    <section className="ws-section" aria-labelledby="yours">
      <header>
        <h2 id="yours">Your widgets</h2>
        <small>
          in <code>{folder.name}/</code>
        </small>
      </header>
      <div className="ws-gallery">
        {drafts
          .filter(({ name }) => !files.has(name))
          .map(({ name, draft }) => (
            <Entry
              key={name}
              name={name}
              title={draft.title || name}
              note="Draft, in this browser"
              tree={drawn.get(name)}
              open={() => manage.open(name)}
            >
              <Actions name={name} manage={manage} />
            </Entry>
          ))}
        {widgets.map(({ name, draft, tree, problems }) => (
          <Entry
            key={name}
            name={name}
            title={draft?.title ?? name}
            note={unsaved.has(name) ? `${name}.widget, with changes not saved` : `${name}.widget`}
            tree={drawn.get(name) ?? tree}
            problems={problems}
            {...(draft ? { open: () => manage.open(name) } : {})}
          >
            <Actions name={name} manage={manage} />
          </Entry>
        ))}
      </div>
    </section>
  );
}

const Actions = ({ name, manage }: { name: string; manage: Manage }) => (
  <>
    <EntryAction label="Duplicate" of={name} act={() => manage.duplicate(name)} />
    <EntryAction label="Rename" of={name} act={() => manage.rename(name)} />
    <EntryAction label="Delete" of={name} act={() => manage.remove(name)} />
  </>
);

/** What the drafts render to, by their names. */
function useDrawn(drafts: EditState[]): Map<string, unknown> {
  const [drawn, setDrawn] = useState(new Map<string, unknown>());
  useEffect(() => {
    const stop = new AbortController();
    for (const { name, draft } of drafts) {
      preview(name, draft, stop.signal).then(
        ({ tree }) => setDrawn((before) => new Map(before).set(name, tree)),
        () => {}, // without a picture it can be opened all the same
      );
    }
    return () => stop.abort();
  }, [drafts]);
  return drawn;
}
