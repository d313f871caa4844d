/*
 * Tags become elements. Markdown leaves HTML as pieces of source among what it has read; here each opening tag looks
 * for its end among its siblings. One that finds none is text ; a block within
 * one that is closed ends with it.
 *
 * Invariant: a tree is at most so deep. What is nested deeper fails, and the whole text is displayed as it was
 * written: browsers and React take seconds for such a tree, and no person wrote it to be read.
 */
import { decodeNamedCharacterReference } from 'decode-named-character-reference';
import type { Element, ElementContent, Nodes, RootContent } from 'hast';
import { isBlockTag, OPTIONAL_END, propertiesOf, type Tag, tagOf, VERBATIM, VOID_TAGS } from './tags';

const DEEPEST = 160;
const PIECE = /<!--[\s\S]*?(?:-->|$)|<\/?[a-z][^<>]*>/gi;
const RENAMED: Record<string, string> = {
  center: 'div',
  font: 'span',
  picture: 'span',
  strike: 's',
  tt: 'code',
};

/** Reads the Markdown of a text that stands between two tags of a block of HTML. */
type ReadInline = (text: string) => ElementContent[];
type Open = { tag: Tag; source: string; element: Element };

/** `growing`: the end of the tree is still to come, and with it the ends of what is open there. */
export function tagsAsElements(tree: Nodes, readInline: ReadInline, growing: boolean): void {
  visit(tree, growing, 0);

  function visit(node: Nodes, atEnd: boolean, depth: number) {
    if (depth > DEEPEST) throw new RangeError('Markdown: nested too deep.');
    if (!('children' in node)) return;
    const last = node.children.length - 1;
    for (const [at, child] of node.children.entries()) visit(child, atEnd && at === last, depth + 1);
    if (node.children.some(({ type }) => type === 'raw')) node.children = built(node.children, atEnd, depth);
  }

  function built(children: RootContent[], atEnd: boolean, depth: number): ElementContent[] {
    const result: ElementContent[] = [];
    const stack: Open[] = [];
    const top = () => stack.at(-1)?.element.children ?? result;
    const close = (as: 'element' | 'text') => {
      const open = stack.pop();
      if (!open) return;
      if (as === 'element') top().push(open.element);
      else top().push({ type: 'text', value: open.source }, ...open.element.children);
    };
    const handle = (tag: Tag, source: string) => {
      if (tag.closing) return end(tag, source);
      if (OPTIONAL_END.has(tag.name) && stack.at(-1)?.tag.name === tag.name) close('element');
      const element: Element = {
        type: 'element',
        tagName: Object.hasOwn(RENAMED, tag.name) ? (RENAMED[tag.name] as string) : tag.name,
        properties: propertiesOf(tag, decoded),
        children: [],
      };
      // A source of <picture> is loaded without asking whether it may be.
      if (tag.name === 'source') return;
      if (VOID_TAGS.has(tag.name)) top().push(element);
      else stack.push({ tag, source, element });
      if (stack.length + depth > DEEPEST) throw new RangeError('Markdown: nested too deep.');
    };
    const end = (tag: Tag, source: string) => {
      const at = stack.findLastIndex((open) => open.tag.name === tag.name);
      if (at < 0) {
        if (tag.name === 'br') top().push({ type: 'element', tagName: 'br', properties: {}, children: [] });
        else top().push({ type: 'text', value: source });
        return;
      }
      while (stack.length > at + 1) close(endsBySelf(stack.at(-1)) ? 'element' : 'text');
      close('element');
    };
    for (const child of children) {
      if (child.type !== 'raw') {
        if (child.type !== 'doctype') top().push(child);
        continue;
      }
      const lineInProse = /^<hr\b[^<>]*>[ \t]*[^\s<]/i.test(child.value);
      for (const { source, tag } of pieces(child.value)) {
        if (tag && (isWithoutSource(tag) || (tag.name === 'hr' && lineInProse))) {
          top().push({ type: 'text', value: source });
        } else if (tag) handle(tag, source);
        else if (source.startsWith('<!--')) continue;
        else if (stack.some((open) => VERBATIM.has(open.tag.name))) {
          top().push({ type: 'text', value: decoded(source) });
        } else if (source.trim() === '') top().push({ type: 'text', value: source });
        else top().push(...readInline(source));
      }
    }
    while (stack.length > 0) close(atEnd ? 'element' : 'text');
    return result;
  }
}

/** Named, and not meant. */
const isWithoutSource = ({ name, attributes }: Tag) =>
  name === 'img' && !attributes.some(([key]) => key === 'src');

const endsBySelf = (open: Open | undefined) => open !== undefined && isBlockTag(open.tag);

function pieces(html: string): { source: string; tag?: Tag }[] {
  const found: { source: string; tag?: Tag }[] = [];
  let from = 0;
  for (const match of html.matchAll(PIECE)) {
    const [source] = match;
    const tag = tagOf(source);
    if (!tag && !source.startsWith('<!--')) continue;
    if (match.index > from) found.push({ source: html.slice(from, match.index) });
    found.push({ source, tag });
    from = match.index + source.length;
  }
  if (from < html.length) found.push({ source: html.slice(from) });
  return found;
}

const decoded = (text: string) =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z\d]{1,31}));/gi, (whole, decimal, hex, name) => {
    if (name) return decodeNamedCharacterReference(name) || whole;
    const point = Number.parseInt(decimal ?? hex, decimal ? 10 : 16);
    return point > 0 && point < 0x110000 ? String.fromCodePoint(point) : '\uFFFD';
  });
