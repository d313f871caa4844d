import { FolderOpen, type LucideIcon, Moon, Pencil, Plus, Share, Sun } from 'lucide-react';
import { type EditState, hasChanges } from './edit-state';

export function Header({
  editing,
  isStarter,
  scheme,
  setScheme,
  home,
  create,
  take,
  rename,
  exportIt,
}: {
  editing: EditState | null;
  isStarter: boolean;
  scheme: 'light' | 'dark';
  setScheme(scheme: 'light' | 'dark'): void;
  home(): void;
  /** Missing until it is known which names are taken. */
  create: (() => void) | undefined;
  take(file: File): void;
  rename(): void;
  exportIt(): void;
}) {
  return (
    <header className="ws-header">
      <h1>
        {editing ? (
          <button type="button" className="ws-back" onClick={home}>
            Widgets
          </button>
        ) : (
          'Widget workshop'
        )}
      </h1>
      {editing && (
        <div className="ws-what">
          <span className="ws-name" title={`${editing.name}.widget`}>
            {editing.name}.widget
          </span>
          <small>{isStarter ? 'a starter, yours when you change it' : whereItIs(editing)}</small>
        </div>
      )}
      <span className="ws-space" />
      {editing ? (
        <>
          <button type="button" className="ws-button" onClick={rename}>
            <Words icon={Pencil}>Rename</Words>
          </button>
          <button type="button" className="ws-button" onClick={exportIt}>
            <Words icon={Share}>Export</Words>
          </button>
        </>
      ) : (
        <>
          <button type="button" className="ws-button ws-main" disabled={!create} onClick={create}>
            <Words icon={Plus}>New widget</Words>
          </button>
          <label className="ws-button ws-file">
            <Words icon={FolderOpen}>Open a file</Words>
            <input
              type="file"
              accept=".widget"
              onChange={(event) => {
                const file = event.target.files?.[0];
                if (file) take(file);
                event.target.value = '';
              }}
            />
          </label>
        </>
      )}
      <button
        type="button"
        className="ws-button"
        onClick={() => setScheme(scheme === 'dark' ? 'light' : 'dark')}
      >
        {scheme === 'dark' ? <Words icon={Sun}>Light</Words> : <Words icon={Moon}>Dark</Words>}
      </button>
    </header>
  );
}

/** What a button says; where there is no room for words, an icon that has them as its name. */
function Words({ icon: Icon, children }: { icon: LucideIcon; children: string }) {
  return (
    <>
      <Icon size={17} aria-hidden />
      <span className="ws-words">{children}</span>
    </>
  );
}

function whereItIs(editing: EditState): string {
  if (!hasChanges(editing)) return 'saved in the folder';
  return editing.saved ? 'changes kept in this browser' : 'a draft, kept in this browser';
}
