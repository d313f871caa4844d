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

/** A title counts more than a remark under it. */
const captionFrom = (node: WidgetNode) =>
  node.type === 'Caption' || node.type === 'Table' || node.type === 'Chart' ? '' : (wordsIn(node)[0] ?? '');
