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
        <>
          <span className="ws-name">{editing.name}.widget</span>
          <small>{isStarter ? 'a starter, yours when you change it' : whereItIs(editing)}</small>
        </>
      )}
      <span className="ws-space" />
      {editing ? (
        <>
          <button type="button" className="ws-button" onClick={rename}>
            Rename
          </button>
          <button type="button" className="ws-button" onClick={exportIt}>
            Export
          </button>
        </>
      ) : (
        <>
          <button type="button" className="ws-button ws-main" disabled={!create} onClick={create}>
            New widget
          </button>
          <label className="ws-button ws-file">
            Open a file
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
        {scheme === 'dark' ? 'Light' : 'Dark'}
      </button>
    </header>
  );
}

function whereItIs(editing: EditState): string {
  if (!hasChanges(editing)) return 'saved in the folder';
  return editing.saved ? 'changes kept in this browser' : 'a draft, kept in this browser';
}
