/** What can be read aloud of a widget, from its tree: the words of its nodes, without those of its controls. */
import type { WidgetNode } from '../../protocol/types';
import { asText, isObject, nodesOf } from '../read-props';

/** As deep as widgets are drawn. */
export const DEEPEST = 48;

/** The parts of a widget in which nothing can be operated, and which have no structure that is worth hearing of. */
const STATIC = new Set([
  'Text',
  'Title',
  'Caption',
  'Badge',
  'Icon',
  'Image',
  'Spacer',
  'Divider',
  'Box',
  'Col',
  'Row',
]);

export const isStatic = (node: WidgetNode, depth = 0): boolean =>
  depth < DEEPEST &&
  STATIC.has(node.type) &&
  !isObject(node.editable) &&
  childrenOf(node).every((child) => isStatic(child, depth + 1));

/** A folded card keeps its children and shows none of them. */
export const childrenOf = (node: WidgetNode): WidgetNode[] =>
  node.collapsed === true ? [] : nodesOf(node.children);

/** The node's own words. */
export function ownWords(node: WidgetNode): string {
  switch (node.type) {
    case 'Text':
    case 'Title':
    case 'Caption':
    case 'Label':
      return asText(node.value).trim();
    case 'Markdown':
      return plainText(asText(node.value));
    case 'Badge':
      return asText(node.label).trim();
    case 'Image':
      return asText(node.alt).trim();
    default:
      return '';
  }
}

/** Markdown as it is said. */
export const plainText = (markdown: string) =>
  markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#+|>|[-*+])\s+/gm, '')
    .replace(/[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}/g, '')
    .trim();

/** The words of a node and of what is in it, in their order. */
export function wordsIn(node: WidgetNode, depth = 0): string[] {
  if (depth > DEEPEST) return [];
  const own = ownWords(node);
  return [...(own ? [own] : []), ...childrenOf(node).flatMap((child) => wordsIn(child, depth + 1))];
}

/** Put together so that a voice makes a pause between them. */
export const joined = (words: string[]): string =>
  words.reduce((line, next) => (line ? `${line}${separatorAfter(line)}${next}` : next), '');

export const separatorAfter = (words: string) => (/[.,:;!?…。、，：；！？]$/u.test(words) ? ' ' : ', ');
