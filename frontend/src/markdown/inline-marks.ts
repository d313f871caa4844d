/*
 * Marks: places in a Markdown text at which the caller draws something of its own, such as the number of a citation.
 * A mark is a number between two characters that no text uses (private use area), which Markdown passes through
 * untouched; after sanitising it becomes an element, for which the caller's `renderMark` is asked. The reader of the
 * source never sees a mark, and no tag of the text's own can pass for one.
 */
const OPEN = '\uE200';
const CLOSE = '\uE201';
const MARK = new RegExp(`${OPEN}(\\d+)${CLOSE}`);
const STRAY = new RegExp(`[${OPEN}${CLOSE}]`, 'g');

// With its accents. What else a text may end with, such as an emoji of several parts, would be torn apart.
const LETTER = /[\p{L}\p{N}\p{P}]\p{M}*$/u;

export const isMark = (letter: string) => letter === OPEN || letter === CLOSE;

export const markOf = (number: number | undefined) => `${OPEN}${number}${CLOSE}`;

/** The text without its marks, for where no Markdown is drawn. */
export const withoutMarks = (text: string) => text.replace(new RegExp(MARK, 'g'), '');

/** The text with what could pass for a mark made harmless; its length stays the same. */
export const withoutForgedMarks = (text: string) => text.replace(STRAY, '\uFFFD');

type HastNode = {
  type: string;
  value?: string;
  tagName?: string;
  properties?: object;
  children?: HastNode[];
};

export const MARK_TAG = 'inline-mark';

/** rehype plugin: marks become elements. Runs after sanitising, which would otherwise drop them. */
export function marksAsElements() {
  return function visit(node: HastNode) {
    node.children = node.children?.flatMap((child) => {
      if (child.type === 'text') return split(child.value ?? '');
      visit(child);
      return [child];
    });
  };
}

/** A mark and the letter before it are one element: a line that breaks between them would begin with a lone mark. */
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
      together.push({ type: 'element', tagName: MARK_TAG, properties: { number: piece }, children: [] });
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
  nodes.push({ type: 'element', tagName: 'span', properties: { className: ['md-marked'] }, children });
  return children;
}

const asText = (value: string): HastNode[] => (value ? [{ type: 'text', value }] : []);
