/* Where a new node goes in a template: after the node that the cursor is in, or into the one that holds others. */
import { nodeAt, nodesIn, type TemplateNode } from './template-nodes';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type NodeJson = { type: string; [key: string]: Json };
export type Insertion = { text: string; at: number; cursor: number };

const WIDTH = 96;

/** What to put in, where, and where the cursor goes: into the new node if it can hold others, else behind it. */
export function insertion(template: string, cursor: number, node: NodeJson): Insertion {
  const nodes = nodesIn(template);
  const target = targetOf(nodes, cursor);
  if (!target?.inside) {
    const text = written(nodes.length === 0 && !isRoot(node) ? { type: 'Card', children: [node] } : node, '');
    return { text, at: cursor, cursor: cursor + cursorIn(text, node) };
  }
  const { start, end, nodes: siblings } = target.inside;
  const around = indentAt(template, start);
  const indent = `${around}  `;
  const text = written(node, indent);
  const before = siblings.findLast((sibling) => sibling.start < cursor);
  const after = siblings[0];
  // Where the first child stands on the line of the bracket, so do the others.
  const isInline = after && !template.slice(start, after.start).includes('\n');
  const gap = isInline ? ' ' : `\n${indent}`;
  if (before) return placed(`,${gap}`, text, '', before.end, node);
  if (after) return placed('', text, `,${gap}`, after.start, node);
  const tail = template.slice(start, end).includes('\n') ? '' : `\n${around}`;
  return placed(gap, text, tail, start, node);
}

/** The node whose children it joins. */
function targetOf(nodes: TemplateNode[], cursor: number): TemplateNode | null {
  const within = nodes.filter(({ start, end }) => start < cursor && cursor < end);
  for (let node: TemplateNode | null = nodeAt(within, cursor) ?? nodes[0] ?? null; node; node = node.parent)
    if (node.inside) return node;
  return null;
}

function placed(before: string, text: string, after: string, at: number, node: NodeJson): Insertion {
  return { text: before + text + after, at, cursor: at + before.length + cursorIn(text, node) };
}

/** In what one goes on to fill, an empty node or a form in front of its button; else behind the node. */
function cursorIn(text: string, node: NodeJson): number {
  const isToFill = Array.isArray(node.children) && (node.children.length === 0 || node.type === 'Form');
  const inside = isToFill ? nodesIn(text)[0]?.inside : null;
  return inside ? inside.start : text.length;
}

const isRoot = ({ type }: NodeJson) => type === 'Card' || type === 'ListView' || type === 'Basic';

const indentAt = (template: string, at: number) =>
  /^[ \t]*/.exec(template.slice(template.lastIndexOf('\n', at - 1) + 1))?.[0] ?? '';

/** JSON as people write it: with a space inside braces, on one line where it fits. */
export function written(value: Json, indent: string): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const isList = Array.isArray(value);
  const inner = `${indent}  `;
  const parts = isList
    ? value.map((part) => written(part, inner))
    : Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}: ${written(part, inner)}`);
  if (parts.length === 0) return isList ? '[]' : '{}';
  const [left, right] = isList ? '[]' : '{}';
  const line = isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
  // Each node of a list has a line of its own.
  const isNodes = isList && value.some((part) => part !== null && typeof part === 'object');
  if (!isNodes && !line.includes('\n') && indent.length + line.length <= WIDTH) return line;
  return `${left}\n${parts.map((part) => `${inner}${part}`).join(',\n')}\n${indent}${right}`;
}
