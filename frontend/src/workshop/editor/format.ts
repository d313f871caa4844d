/*
 * A template laid out: one node or member a line where they do not fit into one, tags on lines of their own. Only space
 * beside JSON's brackets, commas and colons changes, which no widget shows; space that may be part of a text stays.
 */
import { endOfJinja } from './template-tree';

const WIDTH = 96;
const STEP = '  ';

type Token = { text: string; kind: 'mark' | 'value' | 'jinja' | 'tag' | 'space' | 'comma' };
/** A bracket with what is in it, or one token. */
type Item = Token | { kind: 'group'; open: string; close: string; items: Item[] };

/** Null where it cannot be laid out: the brackets do not match, as where an if opens one. */
export function format(text: string): string | null {
  const tokens = tokensOf(text);
  const items = tokens && grouped(tokens);
  if (!items) return null;
  return `${laidOut(items, '').trim()}${/\n\s*$/.test(text) ? '\n' : ''}`;
}

export function formatJson(text: string): string | null {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

function tokensOf(text: string): Token[] | null {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const closing = { '{{': '}}', '{%': '%}', '{#': '#}' }[text.slice(at, at + 2)];
    let end = at + 1;
    let kind: Token['kind'] = 'mark';
    if (closing) {
      end = endOfJinja(text, at, closing);
      if (!text.slice(at, end).endsWith(closing)) return null;
      kind = closing === '}}' ? 'jinja' : 'tag';
    } else if (text[at] === '"') {
      end = endOfText(text, at);
      if (end < 0) return null;
      kind = 'value';
    } else if (/\s/.test(text[at] as string)) {
      end = at + (/^\s+/.exec(text.slice(at))?.[0].length ?? 1);
      kind = 'space';
    } else if (!'{}[]:,'.includes(text[at] as string)) {
      end = at + (/^[^\s{}[\]:,"]+/.exec(text.slice(at))?.[0].length ?? 1);
      kind = 'value';
    }
    tokens.push({ text: text.slice(at, end), kind });
    at = end;
  }
  return withoutFree(withCommas(withoutFree(tokens)));
}

const withoutFree = (tokens: Token[]) =>
  tokens.filter((token, at) => token.kind !== 'space' || !isFree(tokens, at));

/** A comma that stands under a condition, with its tags, is one. */
function withCommas(tokens: Token[]): Token[] {
  const found: Token[] = [];
  for (const token of tokens) {
    const [tag, comma] = found.slice(-2);
    if (token.kind === 'tag' && tag?.kind === 'tag' && comma?.text === ',' && comma.kind === 'mark')
      found.splice(-2, 2, { text: `${tag.text},${token.text}`, kind: 'comma' });
    else found.push(token);
  }
  return found;
}

/** Whether space may change: beside a mark of JSON on either side, or at an end. */
function isFree(tokens: Token[], at: number): boolean {
  const [before, after] = [tokens[at - 1], tokens[at + 1]];
  return !before || !after || isMark(before) || isMark(after);
}

const isMark = ({ kind }: Token) => kind === 'mark' || kind === 'comma';

function endOfText(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const closing = { '{{': '}}', '{%': '%}', '{#': '#}' }[text.slice(at, at + 2)];
    if (closing) at = endOfJinja(text, at, closing) - 1;
    else if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
    else if (text[at] === '\n') return -1;
  }
  return -1;
}

function grouped(tokens: Token[]): Item[] | null {
  const root: Item[] = [];
  const open: { close: string; items: Item[] }[] = [{ close: '', items: root }];
  for (const token of tokens) {
    const inner = open.at(-1) as { close: string; items: Item[] };
    if (token.text === '{' || token.text === '[') {
      const close = token.text === '{' ? '}' : ']';
      const items: Item[] = [];
      inner.items.push({ kind: 'group', open: token.text, close, items });
      open.push({ close, items });
    } else if (token.kind === 'mark' && (token.text === '}' || token.text === ']')) {
      if (inner.close !== token.text) return null;
      open.pop();
    } else inner.items.push(token);
  }
  return open.length === 1 ? root : null;
}

/** On one line, if that is possible. */
function flat(item: Item): string | null {
  if (item.kind === 'tag' || item.kind === 'comma') return null;
  if (item.kind !== 'group') return item.text === ',' || item.text === ':' ? `${item.text} ` : item.text;
  const parts = item.items.map(flat);
  if (parts.includes(null)) return null;
  const inside = parts.join('').trim();
  return inside && item.open === '{' ? `{ ${inside} }` : `${item.open}${inside}${item.close}`;
}

function laidOut(items: Item[], indent: string): string {
  let written = '';
  let depth = 0;
  let isFresh = true;
  let wasMark = true;
  const line = () => {
    if (!isFresh) written = `${written.trimEnd()}\n`;
    isFresh = true;
  };
  for (const [at, item] of items.entries()) {
    const isMark = item.kind === 'group' || item.text === ',' || item.text === ':';
    if (item.kind === 'tag') {
      const word = /^\{%[-+]?\s*(\w+)/.exec(item.text)?.[1] ?? '';
      if (/^(?:end|el)/.test(word)) depth = Math.max(0, depth - 1);
      // No line where there was no space and no bracket: it would become part of what a macro writes.
      if (wasMark || nextIsMark(items, at - 1)) line();
      written += `${isFresh ? indent + STEP.repeat(depth) : ''}${item.text}`;
      if (/^(?:for|if|el\w+|macro)$/.test(word)) depth++;
      isFresh = false;
      if (nextIsMark(items, at)) line();
      wasMark = false;
      continue;
    }
    if (item.kind === 'comma') {
      written += item.text;
      isFresh = false;
      wasMark = true;
      line();
      continue;
    }
    const here = indent + STEP.repeat(depth);
    if (isFresh && item.kind !== 'space') written += here;
    if (item.kind === 'group') {
      const onOneLine = flat(item);
      const taken = written.length - written.lastIndexOf('\n') - 1;
      if (onOneLine !== null && taken + onOneLine.length < WIDTH) written += onOneLine;
      else written += `${item.open}\n${laidOut(item.items, here + STEP).trimEnd()}\n${here}${item.close}`;
    } else written += item.text === ':' ? ': ' : item.text;
    isFresh = false;
    wasMark = isMark;
    if (item.kind !== 'group' && item.text === ',') line();
  }
  return written;
}

const nextIsMark = (items: Item[], at: number): boolean => {
  const next = items[at + 1];
  return next !== undefined && ['group', 'mark', 'comma'].includes(next.kind);
};
