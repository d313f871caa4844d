import { createContext, type ReactNode, useContext } from 'react';
import type { WidgetNode } from '../protocol/types';
import { BrokenNote, ErrorBoundary } from '../ui/ErrorBoundary';
import { WidgetContext } from './action-context';
import { nodesOf } from './read-props';

export type NodeProps = { node: WidgetNode };
export type Renderers = Record<string, (props: NodeProps) => ReactNode>;

/** What draws each type of node. Handed in, because most renderers draw nodes themselves. */
export const RenderersContext = createContext<Renderers>({});

/** Deeper than any widget that is written, and less than what breaks a browser's layout. */
const DEEPEST = 48;
const DepthContext = createContext(0);

export function Node({ node }: NodeProps) {
  const renderers = useContext(RenderersContext);
  const depth = useContext(DepthContext);
  const { fail } = useContext(WidgetContext);
  const Renderer = Object.hasOwn(renderers, node.type) ? renderers[node.type] : undefined;
  if (!Renderer) {
    return import.meta.env.DEV ? <span className="w-note">Unsupported: {node.type}</span> : null;
  }
  if (depth > DEEPEST) return <BrokenNote />;
  return (
    <ErrorBoundary resetKey={node} name={`widget node "${node.type}"`} fail={fail} fallback={<BrokenNote />}>
      <DepthContext value={depth + 1}>
        <Renderer node={node} />
      </DepthContext>
    </ErrorBoundary>
  );
}

/** Children come from a server: anything that is not a node (or a list of nodes) is passed over. */
export function Children({ of }: { of: unknown }): ReactNode {
  return keyed(nodesOf(of)).map(([key, node]) => <Node key={key} node={node} />);
}

/**
 * What keeps a node's place when the tree around it changes, so that a field with the focus stays the same field:
 * its key or id, a control's name, and for the rest its number among the siblings of its type.
 */
export function keyed(nodes: WidgetNode[]): [key: string, node: WidgetNode][] {
  const seen = new Map<string, number>();
  return nodes.map((node) => {
    const own = [node.key, node.id, node.name].find((name) => typeof name === 'string' && name !== '');
    const base = `${node.type} ${own ?? ''}`;
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    return [`${base} ${count}`, node];
  });
}
