import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { type Address, useAddress } from './address';
import { Editor } from './Editor';
import { ExportDialog } from './ExportDialog';
import { renamed, startFromDrop } from './edit-state';
import { Header } from './Header';
import { Home } from './home/Home';
import { manageWidgets } from './manage-widgets';
import { NameDialog } from './NameDialog';
import type { TemplateCursor } from './palette/template-cursor';
import { useEditing } from './use-editing';
import { useWidgets } from './use-widgets';
import { openWidget, parseDropped } from './workshop-api';

const SidePanel = lazy(() => import('./palette/SidePanel').then((module) => ({ default: module.SidePanel })));

export function Workshop() {
  const [failure, setFailure] = useState('');
  const [renaming, setRenaming] = useState('');
  const [exporting, setExporting] = useState(false);
  const [removed, setRemoved] = useState('');
  const [cursor, setCursor] = useState<TemplateCursor | null>(null);
  const reportError = useCallback((problem: unknown) => setFailure(String((problem as Error).message)), []);
  const navigation = useAddress();
  const { address, open, amend } = navigation;
  const scheme = useScheme(address.theme);
  const { widgets, refresh } = useWidgets(reportError);
  const { editing, change, start } = useEditing(navigation, widgets, refresh, setFailure);
  const manage = widgets && manageWidgets(widgets, start, refresh);

  /** Does it, and says why it was not done. */
  const attempt = async (work: () => unknown) => {
    try {
      setFailure('');
      await work();
    } catch (problem) {
      reportError(problem);
    }
  };
  const take = (file: File) =>
    attempt(async () => {
      if (!file.name.endsWith('.widget')) {
        throw new Error('Drop a .widget file here, such as the Widget Builder exports.');
      }
      const name = file.name.slice(0, -'.widget'.length);
      const dropped = await parseDropped(name, await file.text());
      if (!dropped.draft) throw new Error(`${file.name} cannot be opened: ${dropped.problems.join(' ')}`);
      start(startFromDrop(dropped, await openWidget(name).catch(() => undefined)));
    });
  const remove = (name: string) =>
    attempt(async () => {
      await manage?.remove(name);
      setRemoved(name);
      open('home');
    });
  const rename = (name: string, to: string) =>
    attempt(async () => {
      try {
        const kept = await manage?.rename(name, to);
        if (editing?.name === name) change(kept ?? { ...renamed(editing, to), draft: editing.draft });
      } finally {
        // Only now: what is open is not to be saved by its old name meanwhile.
        setRenaming('');
      }
    });

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files can also be chosen with the button in the header
    <div
      className="workshop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const file = event.dataTransfer.files[0];
        if (file) void take(file);
      }}
    >
      <Header
        editing={editing}
        isStarter={address.page === 'starter'}
        scheme={scheme}
        setScheme={(theme) => amend({ theme })}
        home={() => open('home')}
        create={manage?.create}
        take={(file) => void take(file)}
        rename={() => editing && setRenaming(editing.name)}
        exportIt={() => setExporting(true)}
      />
      {failure && (
        <p className="ws-error" role="alert">
          {failure}
          <button type="button" className="ws-button" onClick={() => setFailure('')}>
            Close
          </button>
        </p>
      )}
      {removed && !editing && (
        <p className="ws-notice ws-removed" role="status">
          {removed} was deleted.
          <button
            type="button"
            className="ws-button"
            ref={focus}
            onClick={() => {
              setRemoved('');
              void attempt(() => manage?.restore(removed));
            }}
          >
            Undo
          </button>
        </p>
      )}
      {editing && (
        <div className="ws-bench">
          <Suspense fallback={<aside className="ws-side" />}>
            <SidePanel cursor={cursor} />
          </Suspense>
          <Editor
            key={editing.name}
            editing={editing}
            change={change}
            reportError={reportError}
            saved={refresh}
            cursor={setCursor}
          />
        </div>
      )}
      {!editing && widgets && manage && address.page === 'home' && (
        <Home
          {...widgets}
          widgets={widgets.files}
          manage={{
            open: (name) => open('widget', name),
            duplicate: (name) => void attempt(() => manage.duplicate(name)),
            rename: setRenaming,
            remove: (name) => void remove(name),
          }}
          openStarter={({ name }) => open('starter', name)}
          restore={(name) => void attempt(() => manage.restore(name))}
        />
      )}
      {renaming && widgets && (
        <NameDialog
          name={renaming}
          taken={widgets.taken}
          rename={(to) => void rename(renaming, to)}
          close={() => setRenaming('')}
        />
      )}
      {exporting && editing && <ExportDialog editing={editing} close={() => setExporting(false)} />}
    </div>
  );
}

/** What was focused is gone with its widget. */
const focus = (button: HTMLButtonElement | null) => button?.focus();

/** As the address says, else as the machine has it. */
function useScheme(theme: Address['theme']) {
  const scheme = theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  useEffect(() => {
    document.documentElement.dataset.theme = scheme;
  }, [scheme]);
  return scheme;
}
