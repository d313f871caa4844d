/*
 * A row of small texts is one line to the eye. To a screen reader it is as many paragraphs as it has texts, unless
 * the row is one paragraph itself; `singleLines` finds the boxes that are.
 */
import type { WidgetNode } from '../../protocol/types';
import { childrenOf, DEEPEST, isStatic, joined, ownWords, wordsIn } from './words';

/** Boxes that are read as one line: rows of words, and columns of words that stand in a row with other things. */
export function singleLines(root: WidgetNode): Set<WidgetNode> {
  const lines = new Set<WidgetNode>();
  const visit = (node: WidgetNode, inRow: boolean, depth: number) => {
    if (depth > DEEPEST) return;
    const isRow = rowLike(node);
    if ((isRow || (inRow && BOXES.has(node.type))) && hasManyWords(node)) {
      lines.add(node);
      return;
    }
    for (const child of childrenOf(node)) visit(child, isRow, depth + 1);
  };
  visit(root, false, 0);
  return lines;
}

const BOXES = new Set(['Box', 'Col', 'Row']);

const rowLike = (node: WidgetNode) =>
  node.type === 'Row' || node.type === 'ListViewItem' || (node.type === 'Box' && node.direction === 'row');

function hasManyWords(node: WidgetNode): boolean {
  const parts = node.type === 'ListViewItem' ? childrenOf(node) : [node];
  return parts.every((part) => isStatic(part)) && wordsIn(node).length > 1;
}

/** The words of a widget line by line, as they are read. */
export function linesOf(root: WidgetNode): string[] {
  const single = singleLines(root);
  const lines: string[] = [];
  const visit = (node: WidgetNode, depth: number) => {
    if (depth > DEEPEST) return;
    if (single.has(node) || node.type === 'Table.Row') {
      const line = joined(wordsIn(node));
      if (line) lines.push(line);
      return;
    }
    const own = ownWords(node);
    if (own) lines.push(own);
    for (const child of childrenOf(node)) visit(child, depth + 1);
  };
  visit(root, 0);
  return lines;
}
