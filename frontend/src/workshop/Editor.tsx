import { useEffect, useMemo, useRef, useState } from 'react';
import { type EditState, hasChanges, keepMine, startEditing } from './edit-state';
import { CodeField } from './editor/CodeField';
import type { CodeHandle } from './editor/code-props';
import { shapeOf } from './editor/data-shape';
import { ProblemList } from './editor/ProblemList';
import type { TemplateCursor } from './palette/template-cursor';
import { WidgetPreview } from './WidgetPreview';
import { type Mark, type Preview, preview, save, type TextName, type WidgetDraft } from './workshop-api';
import './editor/editor.css';

/** Milliseconds without a key before what is typed is drawn. */
const PAUSE = 150;
const HINT = 'ws-editor-keys';
const NONE: Mark[] = [];

export function Editor({
  editing,
  change,
  reportError,
  saved,
  cursor,
}: {
  editing: EditState;
  change(editing: EditState): void;
  reportError(problem: unknown): void;
  saved(): void;
  /** Called with the cursor of the template, for what puts text there. */
  cursor(cursor: TemplateCursor | null): void;
}) {
  const rendered = usePreview(editing, reportError);
  const marks = useMarks(rendered?.marks ?? NONE);
  const handles = useRef<Partial<Record<TextName, CodeHandle>>>({});
  const { draft } = editing;
  const data = useMemo(() => shapeOf(draft.schema_text, draft.data), [draft.schema_text, draft.data]);
  const typed = hasChanges(editing);
  const canSave = typed && !editing.newer;
  const type = (part: Partial<WidgetDraft>) => change({ ...editing, draft: { ...draft, ...part } });
  const write = async () => {
    if (!canSave) return;
    try {
      change(startEditing(await save(editing.name, draft, editing.revision)));
      saved();
    } catch (problem) {
      reportError(problem);
    }
  };
  const keep = (name: TextName) => (handle: CodeHandle | null) => {
    if (handle) handles.current[name] = handle;
    else delete handles.current[name];
    if (name === 'template') cursor?.(handle);
  };
  const field = (name: TextName, label: string, value: string, put: (value: string) => void) => (
    <CodeField
      name={name}
      label={label}
      hint={HINT}
      value={value}
      marks={marks[name]}
      data={data}
      type={put}
      save={() => void write()}
      handle={keep(name)}
      reportError={reportError}
    />
  );

  return (
    <main className="ws-editor">
      <div className="ws-texts">
        {editing.newer && (
          <div className="ws-notice" role="status">
            The file was changed on disk, and what you typed here is kept.
            <button
              type="button"
              className="ws-button"
              onClick={() => editing.newer && change(startEditing(editing.newer))}
            >
              Take the file's
            </button>
            <button type="button" className="ws-button" onClick={() => change(keepMine(editing))}>
              Keep mine
            </button>
          </div>
        )}
        {field('template', 'Template', draft.template, (template) => type({ template }))}
        <div className="ws-pair">
          {field('schema', 'Schema', draft.schema_text, (schema_text) => type({ schema_text }))}
          {field('data', 'Data', draft.data, (text) => type({ data: text }))}
        </div>
        <div className="ws-foot">
          <ProblemList
            marks={rendered?.marks ?? NONE}
            jump={({ text, line, column }) => text && handles.current[text]?.jump(line, column)}
          />
          <div className="ws-save">
            <button
              type="button"
              className="ws-button ws-main"
              disabled={!canSave}
              onClick={() => void write()}
            >
              Save
            </button>
            <span role="status">{typed ? 'Not saved' : 'Saved'}</span>
            <p id={HINT} className="ws-keys">
              <kbd>Esc</kbd> then <kbd>Tab</kbd> leaves a text. <kbd>Ctrl</kbd> <kbd>Space</kbd> completes,{' '}
              <kbd>F8</kbd> goes to the next problem.
            </p>
          </div>
        </div>
      </div>
      <div className="ws-output">
        <WidgetPreview
          name={editing.name}
          draft={draft}
          tree={rendered?.tree}
          stale={rendered?.stale ?? false}
        />
      </div>
    </main>
  );
}

/** The problems of each text. */
function useMarks(all: Mark[]): Record<TextName, Mark[]> {
  return useMemo(() => {
    const of = (name: TextName) => all.filter(({ text }) => text === name);
    return { template: of('template'), schema: of('schema'), data: of('data') };
  }, [all]);
}

/** What the draft renders to; while it does not, the last tree that could be drawn, marked as stale. */
function usePreview({ name, draft }: EditState, reportError: (problem: unknown) => void) {
  const [rendered, setRendered] = useState<(Preview & { stale: boolean }) | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const next = await preview(name, draft, stop.signal);
        setRendered((before) => ({
          ...next,
          tree: next.tree ?? before?.tree ?? null,
          stale: !next.tree,
        }));
      } catch (problem) {
        if (!stop.signal.aborted) reportError(problem);
      }
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [name, draft, reportError]);
  return rendered;
}
