import { useEffect, useId, useRef, useState } from 'react';
import { type EditState, hasChanges, keepMine, startEditing } from './edit-state';
import { Problems } from './Problems';
import { type TemplateCursor, textareaCursor } from './palette/template-cursor';
import { WidgetPreview } from './WidgetPreview';
import { type Preview, preview, save, type WidgetDraft } from './workshop-api';

/** Milliseconds without a key before what is typed is drawn. */
const PAUSE = 150;

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
  const typed = hasChanges(editing);
  const type = (part: Partial<WidgetDraft>) => change({ ...editing, draft: { ...editing.draft, ...part } });
  const write = async () => {
    try {
      change(startEditing(await save(editing.name, editing.draft, editing.revision)));
      saved();
    } catch (problem) {
      reportError(problem);
    }
  };

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
        <CodeField
          label="Template"
          rows={14}
          value={editing.draft.template}
          type={(template) => type({ template })}
          offer={cursor}
        />
        <div className="ws-pair">
          <CodeField
            label="Schema"
            rows={14}
            value={editing.draft.schema_text}
            type={(schema_text) => type({ schema_text })}
          />
          <CodeField label="Data" rows={14} value={editing.draft.data} type={(data) => type({ data })} />
        </div>
        <div className="ws-save">
          <button
            type="button"
            className="ws-button ws-main"
            disabled={!typed || !!editing.newer}
            onClick={() => void write()}
          >
            Save
          </button>
          <span role="status">{typed ? 'Not saved' : 'Saved'}</span>
        </div>
      </div>
      <div className="ws-output">
        <Problems of={rendered?.problems ?? []} />
        <WidgetPreview
          name={editing.name}
          draft={editing.draft}
          tree={rendered?.tree}
          stale={rendered?.stale ?? false}
        />
      </div>
    </main>
  );
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
          problems: next.problems,
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

function CodeField({
  label,
  value,
  rows,
  type,
  offer,
}: {
  label: string;
  value: string;
  rows: number;
  type(value: string): void;
  offer?(cursor: TemplateCursor | null): void;
}) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (!area.current || !offer) return;
    offer(textareaCursor(area.current));
    return () => offer(null);
  }, [offer]);
  return (
    <div className="ws-field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        ref={area}
        rows={rows}
        spellCheck={false}
        value={value}
        onChange={(event) => type(event.target.value)}
      />
    </div>
  );
}
