/*
 * From Markdown to a tree of elements, of which nothing is dangerous: tags and attributes are those of syntax/tags.ts,
 * and what an address may be is decided where it is drawn.
 *
 *   formulas out -> what is no markup made plain -> what is unfinished held back -> Markdown -> what is meant
 *   -> elements -> tags, formulas and marks in
 */
import type { Element, ElementContent, Nodes, Root } from 'hast';
import type { Root as Markdown } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmAutolinkLiteralFromMarkdown } from 'mdast-util-gfm-autolink-literal';
import { gfmFootnoteFromMarkdown } from 'mdast-util-gfm-footnote';
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTaskListItemFromMarkdown } from 'mdast-util-gfm-task-list-item';
import { type Handlers, toHast } from 'mdast-util-to-hast';
import { gfmAutolinkLiteral } from 'micromark-extension-gfm-autolink-literal';
import { gfmFootnote } from 'micromark-extension-gfm-footnote';
import { gfmTable } from 'micromark-extension-gfm-table';
import { gfmTaskListItem } from 'micromark-extension-gfm-task-list-item';
import { assertReadable } from './bounds';
import { setDirections } from './direction';
import { formulasAsElements } from './formula-elements';
import { marksAsElements } from './inline-marks';
import { linesOf } from './lines';
import { takeFormulas } from './maths';
import { asMeant } from './meaning';
import { plainly } from './source';
import { tagsAsElements } from './syntax/elements';
import { emphasis } from './syntax/emphasis';
import { html } from './syntax/html';
import { finished } from './unfinished';

const extensions = [gfmAutolinkLiteral(), gfmFootnote(), gfmTable(), gfmTaskListItem(), emphasis(), html()];
const mdastExtensions = [
  // Its second look at addresses loses where in the source they stand.
  { ...gfmAutolinkLiteralFromMarkdown(), transforms: [] },
  gfmFootnoteFromMarkdown(),
  gfmStrikethroughFromMarkdown(),
  gfmTableFromMarkdown(),
  gfmTaskListItemFromMarkdown(),
];

export function markdownTree(text: string): Markdown {
  return fromMarkdown(text, { extensions, mdastExtensions });
}

export const NOTE_TAG = 'note-reference';

export type Parsed = {
  tree: Root;
  /** Whether there is mathematics in it, or may soon be. */
  mathematical: boolean;
};

/**
 * `growing`: more is to come, and nothing of it is anticipated wrongly (unfinished.ts).
 * Throws a RangeError where the text nests deeper than anything that a person could read.
 */
export function parse(source: string, growing = false): Parsed {
  assertReadable(source);
  const { text, formulas, unfinished } = takeFormulas(source, growing);
  const plain = plainly(growing ? text.slice(0, unfinished) : text);
  const shown = growing ? finished(plain, markdownTree) : plain;
  const markdown = markdownTree(shown);
  asMeant(markdown, shown);
  const tree = toHast(markdown, { allowDangerousHtml: true, handlers }) as Root;
  tagsAsElements(tree, readInline, growing);
  formulasAsElements(tree, formulas);
  marksAsElements()(tree);
  setDirections(tree);
  if (growing) markOpenCode(tree, shown);
  return { tree, mathematical: formulas.length > 0 || unfinished !== undefined };
}

/** Code that still grows is coloured in haste, or not at all. */
function markOpenCode(tree: Root, text: string) {
  if (linesOf(text).openFence === undefined) return;
  let last: Nodes | undefined = tree;
  while (last && 'children' in last && (last as Element).tagName !== 'pre') {
    last = last.children.findLast((child) => child.type === 'element');
  }
  if (last?.type === 'element') last.properties.growing = true;
}

/** What stands between two tags of a block of HTML, which Markdown itself does not read. */
function readInline(text: string): ElementContent[] {
  const tree = toHast(markdownTree(text), { allowDangerousHtml: true, handlers }) as Root;
  const [only, ...more] = tree.children.filter((child) => child.type !== 'text' || child.value.trim() !== '');
  if (!only) return [{ type: 'text', value: text }];
  if (more.length === 0 && only.type === 'element' && only.tagName === 'p') {
    return [...spaceOf(/^\s/, text), ...only.children, ...spaceOf(/\s$/, text)];
  }
  return tree.children as ElementContent[];
}

const spaceOf = (where: RegExp, text: string): ElementContent[] =>
  where.test(text) ? [{ type: 'text', value: ' ' }] : [];

const handlers: Handlers = {
  /** Numbered and linked where it is drawn: a text comes in sections, and its notes are counted over all of them. */
  footnoteReference: (_, { label, identifier }: { label?: string; identifier: string }): Element => ({
    type: 'element',
    tagName: NOTE_TAG,
    properties: { label: (label ?? identifier).toLowerCase() },
    children: [],
  }),
  footnoteDefinition: () => undefined,
};
