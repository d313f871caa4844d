/* Beside the editor: the nodes to put in, and the props of the one under the cursor. */
import { useEffect, useId, useState } from 'react';
import { NodeProps } from './NodeProps';
import { Palette } from './Palette';
import type { TemplateCursor } from './template-cursor';
import { nodesIn } from './template-nodes';

const TABS = ['Nodes', 'Props'] as const;

export function SidePanel({ cursor }: { cursor: TemplateCursor | null }) {
  const [tab, setTab] = useState<(typeof TABS)[number]>('Nodes');
  const [open, setOpen] = useState(() => matchMedia('(min-width: 60rem)').matches);
  const { template, at } = useCursor(cursor);
  const id = useId();
  return (
    <aside className="ws-side" aria-label="Nodes and props">
      <div className="ws-tabs" role="tablist" aria-label="Nodes and props">
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={open && tab === name}
            aria-controls={`${id}-panel`}
            tabIndex={tab === name ? 0 : -1}
            onClick={() => {
              setOpen(!(open && tab === name) || matchMedia('(min-width: 60rem)').matches);
              setTab(name);
            }}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
              const other = name === 'Nodes' ? 'Props' : 'Nodes';
              setTab(other);
              document.getElementById(`${id}-${other}`)?.focus();
            }}
          >
            {name}
          </button>
        ))}
      </div>
      <div
        id={`${id}-panel`}
        role="tabpanel"
        aria-labelledby={`${id}-${tab}`}
        hidden={!open}
        className="ws-side-panel"
      >
        {tab === 'Nodes' ? (
          <Palette cursor={cursor} hasRoot={nodesIn(template).length > 0} />
        ) : (
          <NodeProps cursor={cursor} template={template} at={at} />
        )}
      </div>
    </aside>
  );
}

/** The text and the place of the cursor, as they change. */
function useCursor(cursor: TemplateCursor | null) {
  const [now, setNow] = useState({ template: '', at: 0 });
  useEffect(() => {
    if (!cursor) return;
    const read = () => setNow({ template: cursor.text(), at: cursor.position() });
    read();
    return cursor.onMove(read);
  }, [cursor]);
  return now;
}
