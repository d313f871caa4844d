/*
 * Annotations say at which character of the answer they belong, but the answer is Markdown. So each place is
 * marked in the source with a character no text uses (private use area), which Markdown passes through untouched,
 * and after sanitising the mark becomes an element that the page draws as a chip. The reader of the source never
 * sees a mark, and no tag of the answer's own can pass for one.
 */
import type { Annotation, AssistantContent, Source } from '../protocol/types';

export type Citation = { number: number; source: Source };

const OPEN = '\uE200';
const CLOSE = '\uE201';
const MARK = new RegExp(`${OPEN}(\\d+)${CLOSE}`);
const STRAY = new RegExp(`[${OPEN}${CLOSE}]`, 'g');

// With its accents. What else a text may end with, such as an emoji of several parts, would be torn apart.
const LETTER = /[\p{L}\p{N}\p{P}]\p{M}*$/u;

const keyOf = (source: Source) =>
  source.type === 'url'
    ? source.url
    : source.type === 'file'
      ? `file:${source.filename}`
      : `entity:${source.id}`;

/** One number per source, in order of first mention, over all parts of a message. */
export function numbered(content: AssistantContent[]): Citation[] {
  const seen = new Map<string, Citation>();
  const inOrder = content.flatMap((part) => [...(part.annotations ?? [])].sort(byIndex));
  for (const { source } of inOrder) {
    const key = keyOf(source);
    if (!seen.has(key)) seen.set(key, { number: seen.size + 1, source });
  }
  return [...seen.values()];
}

/** The part's Markdown with a mark at each annotation; marks without a place stand at the end. */
export function marked(part: AssistantContent, citations: Citation[]): string {
  const text = part.text.replace(STRAY, '\uFFFD');
  const numbers = new Map(citations.map(({ number, source }) => [keyOf(source), number]));
  const placed = [...(part.annotations ?? [])].sort(byIndex);
  const end = text.trimEnd().length;
  const done = new Set<string>();
  let result = '';
  let at = 0;
  for (const { index, source } of placed) {
    const place = Math.max(at, endOfWord(text, Math.min(index ?? end, text.length)));
    const number = numbers.get(keyOf(source));
    const mark = `${OPEN}${number}${CLOSE}`;
    result += text.slice(at, place);
    at = place;
    if (done.has(`${place}:${number}`)) continue;
    done.add(`${place}:${number}`);
    // A bare address would swallow a mark that touches it.
    result += /https?:\/\/[^\s)]+$/.test(result) ? ` ${mark}` : mark;
  }
  return result + text.slice(at);
}

/** The text without its marks, for where no Markdown is drawn. */
export const unmarked = (text: string) => text.replace(new RegExp(MARK, 'g'), '');

const byIndex = (a: Annotation, b: Annotation) =>
  (a.index ?? Number.POSITIVE_INFINITY) - (b.index ?? Number.POSITIVE_INFINITY) || 0;

/** An index that falls into a word, or before its closing marks, would tear it apart. */
function endOfWord(text: string, index: number): number {
  if (index === 0 || /\s/.test(text[index - 1] ?? '')) return index;
  let end = index;
  while (/[!-~”’»]/.test(text[end] ?? ' ')) end++;
  return end;
}

type HastNode = {
  type: string;
  value?: string;
  tagName?: string;
  properties?: object;
  children?: HastNode[];
};

export const CITATION_TAG = 'cite-mark';

/** rehype plugin: marks become elements. Runs after sanitising, which would otherwise drop them. */
export function citationMarks() {
  return function visit(node: HastNode) {
    node.children = node.children?.flatMap((child) => {
      if (child.type === 'text') return split(child.value ?? '');
      visit(child);
      return [child];
    });
  };
}

/** A mark and the letter before it are one element: a line that breaks between them would begin with a lone chip. */
function split(value: string): HastNode[] {
  const nodes: HastNode[] = [];
  let together: HastNode[] | undefined;
  // A regular expression with a group leaves text at even places and numbers at odd ones.
  for (const [at, piece] of value.split(MARK).entries()) {
    if (at % 2 === 0) {
      if (piece === '') continue; // marks that follow each other stay together
      nodes.push({ type: 'text', value: piece });
      together = undefined;
    } else {
      together ??= joined(nodes);
      together.push({ type: 'element', tagName: CITATION_TAG, properties: { number: piece }, children: [] });
    }
  }
  return nodes;
}

/** The children of a new element at the end of the nodes, with what was their last letter. */
function joined(nodes: HastNode[]): HastNode[] {
  const text = nodes.at(-1)?.value ?? '';
  const [letter = ''] = LETTER.exec(text) ?? [];
  nodes.splice(-1, 1, ...asText(text.slice(0, text.length - letter.length)));
  const children = asText(letter);
  nodes.push({ type: 'element', tagName: 'span', properties: { className: ['cited'] }, children });
  return children;
}

const asText = (value: string): HastNode[] => (value ? [{ type: 'text', value }] : []);
