import type { WidgetNode } from '../../protocol/types';

/** The node as it is, but noting in `read` which of its props are looked at, as "Card.status.icon". */
export function recording(node: WidgetNode, read: Set<string>): WidgetNode {
  return watched(node, String(node.type), read) as WidgetNode;
}

function watched(value: unknown, path: string, read: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      const inner: unknown = Reflect.get(target, key, receiver);
      if (typeof key === 'symbol' || typeof inner === 'function') return inner;
      if (Array.isArray(target)) return watched(inner, pathOf(inner, path), read);
      read.add(`${path}.${key}`);
      return watched(inner, pathOf(inner, `${path}.${key}`), read);
    },
  });
}

/** Below "children" a node begins anew. */
const pathOf = (value: unknown, path: string) =>
  path.endsWith('.children') && isNode(value) ? value.type : path;

const isNode = (value: unknown): value is WidgetNode =>
  typeof value === 'object' && value !== null && typeof (value as WidgetNode).type === 'string';
