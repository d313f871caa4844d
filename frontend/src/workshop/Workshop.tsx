import { useCallback, useEffect, useState } from 'react';
import { Editor } from './Editor';
import { changedOnDisk, type EditState, hasChanges, startEditing, startFromDrop } from './edit-state';
import { Gallery } from './Gallery';
import { list, openWidget, parseDropped, type WidgetFile, watch } from './workshop-api';

type Scheme = 'light' | 'dark';
const LEAVE = 'What you typed is not saved. Leave it?';

export function Workshop() {
  const [widgets, setWidgets] = useState<WidgetFile[] | null>(null);
  const [editing, setEditing] = useState<EditState | null>(null);
  const [failure, setFailure] = useState('');
  const [scheme, setScheme] = useScheme();

  const reportError = useCallback((problem: unknown) => setFailure(String((problem as Error).message)), []);
  const refresh = useCallback(() => list().then(setWidgets, reportError), [reportError]);
  const opening = editing?.name;

  useEffect(() => {
    void refresh();
    return watch(async (names) => {
      void refresh();
      if (opening === undefined || !names.includes(opening)) return;
      // Not there any more: what is typed stays, and can be saved again.
      const opened = await openWidget(opening).catch(() => null);
      if (opened) setEditing((now) => (now?.name === opening ? changedOnDisk(now, opened) : now));
    });
  }, [opening, refresh]);

  const mayLeave = () => !editing || !hasChanges(editing) || window.confirm(LEAVE);

  const take = async (file: File | undefined) => {
    if (!file || !mayLeave()) return;
    if (!file.name.endsWith('.widget')) {
      setFailure('Drop a .widget file here, such as the Widget Builder exports.');
      return;
    }
    try {
      const name = file.name.slice(0, -'.widget'.length);
      const dropped = await parseDropped(name, await file.text());
      if (!dropped.draft) throw new Error(`${file.name} cannot be opened: ${dropped.problems.join(' ')}`);
      setFailure('');
      setEditing(
        startFromDrop(
          dropped,
          widgets?.find((widget) => widget.name === name),
        ),
      );
    } catch (problem) {
      reportError(problem);
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files can also be chosen with the button in the header
    <div
      className="workshop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(event.dataTransfer.files[0]);
      }}
    >
      <header className="ws-header">
        <h1>
          {editing ? (
            <button type="button" className="ws-back" onClick={() => mayLeave() && setEditing(null)}>
              Widgets
            </button>
          ) : (
            'Widgets'
          )}
        </h1>
        {editing && <span className="ws-name">{editing.name}.widget</span>}
        <span className="ws-space" />
        <label className="ws-button ws-file">
          Open a file
          <input
            type="file"
            accept=".widget"
            onChange={(event) => {
              void take(event.target.files?.[0]);
              event.target.value = '';
            }}
          />
        </label>
        <button
          type="button"
          className="ws-button"
          onClick={() => setScheme(scheme === 'dark' ? 'light' : 'dark')}
        >
          {scheme === 'dark' ? 'Light' : 'Dark'}
        </button>
      </header>
      {failure && (
        <p className="ws-error" role="alert">
          {failure}
          <button type="button" className="ws-button" onClick={() => setFailure('')}>
            Close
          </button>
        </p>
      )}
      {editing ? (
        <Editor editing={editing} change={setEditing} reportError={reportError} saved={refresh} />
      ) : (
        <Gallery widgets={widgets} choose={(widget) => setEditing(startEditing(widget))} />
      )}
    </div>
  );
}

function useScheme() {
  const [scheme, setScheme] = useState<Scheme>(() =>
    matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
  );
  useEffect(() => {
    document.documentElement.dataset.theme = scheme;
  }, [scheme]);
  return [scheme, setScheme] as const;
}
