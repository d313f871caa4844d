import { RenderedWidget } from './RenderedWidget';
import type { WidgetFile } from './workshop-api';

export function Gallery({
  widgets,
  choose,
}: {
  widgets: WidgetFile[] | null;
  choose(widget: WidgetFile): void;
}) {
  if (!widgets) return null;
  if (widgets.length === 0) {
    return (
      <p className="ws-empty">
        There is no .widget file in the folder yet. Make one with <code>chatkit-link widgets new NAME</code>,
        or drop one here.
      </p>
    );
  }
  return (
    <main className="ws-gallery">
      {widgets.map((widget) => (
        <section key={widget.name} className="ws-entry" aria-label={widget.name}>
          <h2>
            <button type="button" className="ws-open" disabled={!widget.draft} onClick={() => choose(widget)}>
              {widget.draft?.title ?? widget.name}
            </button>
            <small>{widget.name}.widget</small>
          </h2>
          <Problems of={widget.problems} />
          {widget.tree ? <RenderedWidget tree={widget.tree} /> : null}
        </section>
      ))}
    </main>
  );
}

export function Problems({ of }: { of: string[] }) {
  if (of.length === 0) return null;
  return (
    <ul className="ws-problems" aria-label="Problems">
      {of.map((problem) => (
        <li key={problem}>{problem}</li>
      ))}
    </ul>
  );
}
