/* The first page: what this is, one's own widgets, and what to begin with. */
import type { Deleted } from '../browser-drafts';
import type { EditState } from '../edit-state';
import type { Folder, Starter, WidgetFile } from '../workshop-api';
import { EntryAction } from './Entry';
import { Starters } from './Starters';
import { type Manage, YourWidgets } from './YourWidgets';

export function Home({
  widgets,
  drafts,
  deleted,
  starters,
  folder,
  manage,
  openStarter,
  restore,
}: {
  widgets: WidgetFile[];
  drafts: EditState[];
  deleted: Deleted[];
  starters: Starter[];
  folder: Folder;
  manage: Manage;
  openStarter(starter: Starter): void;
  restore(name: string): void;
}) {
  const isEmpty = widgets.length + drafts.length === 0;
  return (
    <main className="ws-home">
      <div className="ws-intro">
        <p>
          A widget is what an agent shows in the chat besides text: a card, a form, a list, a chart. Make one
          here, try what it sends, and save it to <code>{folder.name}/</code>, from where your agent shows it.
        </p>
        <p>
          {isEmpty
            ? 'Begin with a starter below, with an empty card, or with a .widget file of the Widget Builder: drop it here.'
            : 'A .widget file of the Widget Builder opens when you drop it here.'}
        </p>
      </div>
      {!folder.writable && (
        <p className="ws-notice" role="status">
          This server may not write to {folder.path}: what you make stays in this browser, and Export gives it
          to you as a file.
        </p>
      )}
      <YourWidgets widgets={widgets} drafts={drafts} folder={folder} manage={manage} />
      <Starters starters={starters} open={openStarter} />
      {deleted.length > 0 && (
        <details className="ws-section">
          <summary>Recently deleted ({deleted.length})</summary>
          <ul className="ws-deleted">
            {deleted.map(({ name, title }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a name may have been deleted twice
              <li key={at}>
                {title} <small>{name}</small>
                <EntryAction label="Restore" of={name} act={() => restore(name)} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </main>
  );
}
