/*
 * "Remove" beside each of five rows is clear to the eye and five times the same to the ear. A button whose label
 * another one has too is named after what stands around it, and one in a table after its column and row. The label
 * comes first, so that who speaks to the computer can say what is written.
 */
import type { WidgetNode } from '../../protocol/types';
import { asText } from '../read-props';
import { childrenOf, DEEPEST, joined, wordsIn } from './words';

/** A control with its ancestors, the nearest first. */
type Placed = { node: WidgetNode; label: string; around: WidgetNode[] };

/** Names for the buttons and clickable rows that need one besides their label. */
export function controlNames(root: WidgetNode): Map<WidgetNode, string> {
  const placed = controlsIn(root);
  const names = new Map<WidgetNode, string>();
  for (const one of placed) {
    const place = placeInTable(one);
    if (place) names.set(one.node, joined([one.label, ...place]));
  }
  for (const group of equalOnes(placed, ({ node, label }) => names.get(node) ?? label)) {
    nameByContext(group, names);
    for (const still of equalOnes(group, ({ node, label }) => names.get(node) ?? label)) number(still, names);
  }
  return names;
}

function controlsIn(root: WidgetNode): Placed[] {
  const found: Placed[] = [];
  const visit = (node: WidgetNode, around: WidgetNode[]) => {
    if (around.length > DEEPEST) return;
    const label = labelOf(node);
    if (label) found.push({ node, label, around });
    for (const child of childrenOf(node)) visit(child, [node, ...around]);
  };
  visit(root, []);
  return found;
}

function labelOf(node: WidgetNode): string {
  if (node.type === 'Button')
    return asText(node.label) || iconName(asText(node.iconStart) || asText(node.iconEnd));
  return node.type === 'ListViewItem' && node.onClickAction ? (wordsIn(node)[0] ?? '') : '';
}

/** "lucide:skip-back" is read as "skip back". */
export const iconName = (name: string) => name.replace(/^\w+:/, '').replaceAll('-', ' ');

function equalOnes(placed: Placed[], nameOf: (one: Placed) => string): Placed[][] {
  const groups = new Map<string, Placed[]>();
  for (const one of placed) groups.set(nameOf(one), [...(groups.get(nameOf(one)) ?? []), one]);
  return [...groups.values()].filter((group) => group.length > 1);
}

/** With as many of the words around each as it takes to tell them apart. */
function nameByContext(group: Placed[], names: Map<WidgetNode, string>) {
  const contexts = group.map((one) => contextOf(one, group));
  const longest = Math.max(...contexts.map(({ length }) => length));
  for (let count = 1; count <= longest; count++) {
    const named = group.map((one, at) => {
      const before = names.get(one.node) ?? one.label;
      const [first = '', ...more] = contexts[at]?.slice(0, count) ?? [];
      // "Remove Yankees -1.5" is a phrase.
      return names.has(one.node) || one.node.type !== 'Button'
        ? joined([before, first, ...more].filter(Boolean))
        : joined([`${before} ${first}`.trim(), ...more]);
    });
    if (new Set(named).size < group.length && count < longest) continue;
    group.forEach(({ node }, at) => {
      names.set(node, named[at] as string);
    });
    return;
  }
}

/** The words of the largest part around a control that has none of the others in it, or else those before it. */
function contextOf({ node, around }: Placed, group: Placed[]): string[] {
  if (node.type === 'ListViewItem') return wordsIn(node).slice(1);
  const others = new Set(group.map((one) => one.node).filter((one) => one !== node));
  let words: string[] = [];
  let inner = node;
  for (const outer of around) {
    if (holds(outer, others)) {
      return words.length ? words : wordsBefore(inner, outer);
    }
    words = wordsIn(outer);
    inner = outer;
  }
  return words;
}

const holds = (node: WidgetNode, any: ReadonlySet<WidgetNode>, depth = 0): boolean =>
  depth <= DEEPEST && childrenOf(node).some((child) => any.has(child) || holds(child, any, depth + 1));

function wordsBefore(inner: WidgetNode, outer: WidgetNode): string[] {
  const siblings = childrenOf(outer);
  for (let at = siblings.indexOf(inner) - 1; at >= 0; at--) {
    const words = wordsIn(siblings[at] as WidgetNode);
    if (words.length) return words;
  }
  return [];
}

/** Above a control in the table's head, and at the beginning of its row. */
function placeInTable({ around }: Placed): string[] | null {
  const cellAt = around.findIndex(({ type }) => type === 'Table.Cell');
  const [cell, row, table] = around.slice(cellAt);
  if (cellAt < 0 || row?.type !== 'Table.Row' || table?.type !== 'Table' || row.header === true) return null;
  const column = childrenOf(row).indexOf(cell as WidgetNode);
  const head = childrenOf(table).find((one) => one.type === 'Table.Row' && one.header === true);
  const titles = [head && childrenOf(head)[column], column > 0 ? childrenOf(row)[0] : undefined];
  const words = titles.map((title) => (title ? wordsIn(title).join(' ') : '')).filter(Boolean);
  return words.length ? words : null;
}

function number(group: Placed[], names: Map<WidgetNode, string>) {
  group.forEach(({ node, label }, at) => {
    if (at > 0) names.set(node, `${names.get(node) ?? label} (${at + 1})`);
  });
}
