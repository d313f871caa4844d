import type { WidgetNode } from './types';

const isNode = (value: unknown): value is WidgetNode =>
  typeof value === 'object' && value !== null && typeof (value as WidgetNode).type === 'string';

/** Replaces the node with this id; untouched branches keep their identity, so React skips them. */
export function mapNode(root: WidgetNode, id: string, change: (node: WidgetNode) => WidgetNode): WidgetNode {
  if (root.id === id) return change(root);
  const { children } = root;
  if (isNode(children)) {
    const next = mapNode(children, id, change);
    return next === children ? root : { ...root, children: next };
  }
  if (!Array.isArray(children)) return root;
  let changed = false;
  const next = children.map((child) => {
    if (!isNode(child)) return child;
    const mapped = mapNode(child, id, change);
    changed ||= mapped !== child;
    return mapped;
  });
  return changed ? { ...root, children: next } : root;
}
