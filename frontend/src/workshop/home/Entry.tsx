/* One widget of the gallery: its picture, and what can be done with it. */
import type { ReactNode } from 'react';
import { Problems } from '../Problems';
import { Thumbnail } from '../Thumbnail';

export function Entry({
  name,
  title,
  note,
  tree,
  problems = [],
  open,
  children,
}: {
  name: string;
  title: string;
  note: string;
  tree: unknown;
  problems?: string[];
  /** Missing where it cannot be opened. */
  open?: () => void;
  children?: ReactNode;
}) {
  return (
    <section className="ws-entry" aria-label={name}>
      <div className="ws-picture">
        {tree ? <Thumbnail tree={tree} /> : <p className="ws-no-picture">No picture: it cannot be drawn.</p>}
        <h3>
          <button type="button" className="ws-over" disabled={!open} onClick={open}>
            {title}
          </button>
        </h3>
        <small>{note}</small>
      </div>
      <Problems of={problems} />
      {children && <div className="ws-entry-actions">{children}</div>}
    </section>
  );
}

/** A small button in a row of them; `of` is read out with it. */
export const EntryAction = ({ label, of, act }: { label: string; of: string; act(): void }) => (
  <button type="button" className="ws-quiet" onClick={act}>
    {label} <span className="visually-hidden">{of}</span>
  </button>
);
