/* The nodes of ChatKit, each as it is drawn; a click puts one where the cursor is. */
import { useMemo, useState } from 'react';
import { Thumbnail } from '../Thumbnail';
import { NODES, type NodeType } from '../vocabulary';
import { insertion } from './insert-node';
import { snippet } from './snippets';
import type { TemplateCursor } from './template-cursor';

export function Palette({ cursor, hasRoot }: { cursor: TemplateCursor | null; hasRoot: boolean }) {
  const [typed, setTyped] = useState('');
  const groups = useMemo(() => grouped(typed.trim().toLowerCase(), hasRoot), [typed, hasRoot]);
  const put = (name: string, node: NodeType) => {
    if (!cursor) return;
    const template = cursor.text();
    const { text, at, cursor: next } = insertion(template, cursor.position(), snippet(name, node, template));
    cursor.insert(text, at, at, next);
  };
  return (
    <div className="ws-palette">
      <input
        type="search"
        className="ws-input"
        aria-label="Find a node"
        placeholder="Find a node"
        value={typed}
        dir="auto"
        onChange={(event) => setTyped(event.target.value)}
      />
      {groups.length === 0 && <p>No node is called that.</p>}
      {groups.map(([group, nodes]) => (
        <section key={group} aria-label={group}>
          <h3>{group}</h3>
          <ul className="ws-nodes">
            {nodes.map(([name, node]) => (
              <li key={name}>
                <Thumbnail tree={node.example} scale={0.5} isWhole />
                <button type="button" className="ws-over" title={node.about} onClick={() => put(name, node)}>
                  {name}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function grouped(typed: string, hasRoot: boolean): [string, [string, NodeType][]][] {
  // A widget has one root.
  const offered = Object.entries(NODES).filter(
    ([name, { about, root }]) => !(hasRoot && root) && `${name} ${about}`.toLowerCase().includes(typed),
  );
  const groups = new Map<string, [string, NodeType][]>();
  for (const [name, node] of offered)
    groups.set(node.group, [...(groups.get(node.group) ?? []), [name, node]]);
  return [...groups];
}
