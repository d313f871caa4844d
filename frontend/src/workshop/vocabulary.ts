/*
 * The nodes, props and values of widgets, in the words of docs/reference/widget-nodes.md. The same script writes both.
 */
import type { NodeJson } from './palette/insert-node';
import words from './vocabulary.json';

export type Prop = {
  /** What it takes, in words. */
  values: string;
  means: string;
  required?: boolean;
  default?: string;
  choices?: string[];
  /** It takes other values than its choices, too. */
  open?: boolean;
  is?: 'icon' | 'action' | 'nodes' | 'node';
};
export type NodeType = {
  /** The heading below which the palette has it. */
  group: string;
  about: string;
  /** A widget that has the node in it. */
  example: NodeJson;
  root?: boolean;
  props: Record<string, Prop>;
};

export const ICONS: string[] = words.icons;
export const NODES = words.nodes as unknown as Record<string, NodeType>;
const COMMON = words.common as Record<string, Prop>;
const ACTION = words.action as Record<string, Prop>;

/** The props of a node, or those of an object that is in one of them: `status`, `confirm.action`. */
export function propsOf(type: string, path: string[]): Record<string, Prop> {
  const node = NODES[type];
  if (path.length === 0) return { ...COMMON, ...(node ? direct(node.props, '') : {}) };
  if (!node) return {};
  const around = path.join('.');
  const found = direct(node.props, `${around}.`);
  if (Object.keys(found).length > 0) return found;
  return propAt(type, path)?.is === 'action' ? ACTION : {};
}

/** One prop by its path. */
export function propAt(type: string, path: string[]): Prop | undefined {
  const name = path.at(-1);
  if (name === undefined) return undefined;
  const whole = NODES[type]?.props[path.join('.')];
  return whole ?? (path.length === 1 ? COMMON[name] : propsOf(type, path.slice(0, -1))[name]);
}

function direct(props: Record<string, Prop>, prefix: string): Record<string, Prop> {
  const entries = Object.entries(props)
    .filter(([path]) => path.startsWith(prefix) && !path.slice(prefix.length).includes('.'))
    .map(([path, prop]): [string, Prop] => [path.slice(prefix.length), prop]);
  return Object.fromEntries(entries);
}
