/** What a widget, a table or a chart is called: by its own title, or by the words that stand before it. */
import type { WidgetNode } from '../../protocol/types';
import { asText, isObject } from '../read-props';
import { childrenOf, DEEPEST, ownWords, wordsIn } from './words';

/** Its title, the line on its top, or its first words; nothing for a widget without any. */
export function titleOfWidget(root: WidgetNode): string {
  const status = isObject(root.status) ? asText(root.status.text) : '';
  return firstTitle(root) || status || (wordsIn(root)[0] ?? '');
}

function firstTitle(node: WidgetNode, depth = 0): string {
  if (depth > DEEPEST) return '';
  if (node.type === 'Title') return ownWords(node);
  for (const child of childrenOf(node)) {
    const title = firstTitle(child, depth + 1);
    if (title) return title;
  }
  return '';
}

/** For each table and chart, the first words of what stands nearest before it. */
export function captionsIn(root: WidgetNode): Map<WidgetNode, string> {
  const captions = new Map<WidgetNode, string>();
  const visit = (node: WidgetNode, before: string, depth: number) => {
    if (depth > DEEPEST) return;
    let caption = before;
    for (const child of childrenOf(node)) {
      if (child.type === 'Table' || child.type === 'Chart') captions.set(child, caption);
      else visit(child, caption, depth + 1);
      caption = captionFrom(child) || caption;
    }
  };
  visit(root, '', 0);
  return captions;
}

/** What begins with a remark is no caption: it is a figure with its label, or a note. */
function captionFrom(node: WidgetNode): string {
  const first = firstWorded(node);
  return first && CAPTIONS.has(first.type) ? ownWords(first) : '';
}

const CAPTIONS = new Set(['Title', 'Text', 'Markdown']);

function firstWorded(node: WidgetNode, depth = 0): WidgetNode | undefined {
  if (depth > DEEPEST || node.type === 'Table') return undefined;
  if (ownWords(node)) return node;
  for (const child of childrenOf(node)) {
    const found = firstWorded(child, depth + 1);
    if (found) return found;
  }
  return undefined;
}
