/*
 * A text that is still being written, as it can be displayed: what may become markup with the next character is held
 * back, and emphasis or code that has begun is closed. So no marker is ever seen that is not seen in the end.
 *
 * The parser says what has found its end; only what it has left as text in the last block is looked at here.
 */
import type { Nodes, Parents, Root, Text } from 'mdast';
import { DELIMITERS, linesOf } from './lines';
import { flanking } from './syntax/emphasis';
import { mayBecomeTag } from './syntax/tags';

const CONTAINER = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))*[ \t]*/;
/** Headings, items, lines and fences without a word, and the numbers that may begin a list. */
const ONLY_MARKERS = /^(?:#{1,6}|(?:[-*+_=~`]+[ \t]*)+|\d{1,9}\\?[.)]?|\\?>|\[[ xX]?(?:\][ \t]*)?|:)?[ \t]*$/;
const DEFINITION = /^ {0,3}\[[^\]\n]*(?:\](?::[ \t]*\S*)?)?$/;

/** `parsed`: what a text is to the parser. */
export function finished(text: string, parsed: (text: string) => Root): string {
  const { openFence } = linesOf(text);
  if (openFence !== undefined) return withinFence(text, openFence);
  return inProse(withoutTable(withoutLastMarkers(text)), parsed);
}

/** A run at the end may begin or end something, or grow: it is put back by `closed` where it ends something. */
function inProse(text: string, parsed: (text: string) => Root): string {
  const held = text.replace(RUN_AT_END, '');
  return withoutOpenMarkers(held, parsed);
}

/** With it, the two backslashes of a server's name, the underscores of a special one, and a shrug. */
const RUN_AT_END = /(?:(?<=^|\s)\\\\[\p{L}\p{N}]*\\?|¯\\+[_(ツ)/]*|(?<![\w\\])__[a-z0-9_]*|[*_~`]+)$/u;

/** A fence whose line is not complete has no language yet; one that may be the end is not code. */
function withinFence(text: string, fence: number): string {
  if (!text.includes('\n', fence)) return text.slice(0, fence);
  return text.replace(/\n[ \t>]*(?:`+|~+)?[ \t]*$/, '\n');
}

function withoutLastMarkers(text: string): string {
  const at = text.lastIndexOf('\n') + 1;
  const line = text.slice(at);
  const prefix = CONTAINER.exec(line)?.[0] ?? '';
  const rest = line.slice(prefix.length);
  return ONLY_MARKERS.test(rest) || DEFINITION.test(line) ? text.slice(0, at) : text;
}

const LONGEST_ROW = 1_000;

/** A row is a row when the line below says so. */
function withoutTable(text: string): string {
  const lines = lastLines(text);
  if (!lines.some((line) => line.includes('|'))) return text;
  const last = lines.at(-1) ?? '';
  const without = (count: number) => text.slice(0, text.length - lines.slice(-count).join('\n').length);
  const delimiter = lines.findIndex(
    (line, at) => at > 0 && DELIMITERS.test(line) && lines[at - 1]?.includes('|'),
  );
  if (delimiter > 0 && delimiter < lines.length - 1) {
    const code = (last.match(/`/g)?.length ?? 0) % 2 === 1 ? last.lastIndexOf('`') : last.length;
    return /^[ \t>]*\|?[ \t]*$/.test(last) ? without(1) : text.slice(0, text.length - last.length + code);
  }
  const below = lines.length > 1 && /^[ \t>|:-]*$/.test(last) ? 1 : 0;
  const header = lines.at(-1 - below) ?? '';
  const pipe = pipeOf(header);
  if (pipe < 0 || header.length > LONGEST_ROW) return text;
  const row = without(1 + below);
  return /^[ \t>]*$/.test(header.slice(0, pipe)) ? row : row + header.slice(0, pipe);
}

/** The lines since the last empty one. */
function lastLines(text: string): string[] {
  const lines: string[] = [];
  for (let end = text.length; end >= 0; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end);
    if (/^[ \t>]*$/.test(line) && end < text.length) break;
    lines.unshift(line);
    end = start - 1;
  }
  return lines;
}

function pipeOf(line: string): number {
  const bare = line.replace(/\\.|(`+)(?:(?!\1).)*\1/g, (code) => ' '.repeat(code.length));
  return bare.indexOf('|');
}

type Marker = { at: number; marks: string };

function withoutOpenMarkers(text: string, parsed: (text: string) => Root): string {
  const leaf = lastLeaf(parsed(text), text.trimEnd().length);
  if (!leaf) return text;
  if (leaf.type === 'html') return withinHtml(text, parsed);
  if (!('children' in leaf)) return text;
  const open: Marker[] = [];
  const cut = scan(leaf as Parents, text, open);
  return closed(cut === undefined ? text : text.slice(0, cut), open);
}

function withinHtml(text: string, parsed: (text: string) => Root): string {
  const at = text.lastIndexOf('<');
  const end = text.lastIndexOf('>');
  if (at > end && mayBecomeTag(text.slice(at))) return withinHtml(text.slice(0, at), parsed);
  const words = text.slice(end + 1);
  return words.trim() === '' ? text : text.slice(0, end + 1) + inProse(words, parsed);
}

function closed(text: string, open: Marker[]): string {
  let shown = text;
  let suffix = '';
  for (const { at, marks } of open.toReversed()) {
    if (at + marks.length >= shown.trimEnd().length && suffix === '') shown = shown.slice(0, at);
    else suffix += marks;
  }
  if (suffix.startsWith('`')) shown = shown.trimEnd().replace(/`+$/, '');
  return suffix ? shown.trimEnd() + suffix : shown;
}

function lastLeaf(tree: Root, end: number): Nodes | undefined {
  let node: Nodes | undefined = tree;
  while (node && 'children' in node && !/^(paragraph|heading|tableCell)$/.test(node.type)) {
    node = node.children.at(-1);
  }
  return node && (node.position?.end.offset ?? 0) >= end ? node : undefined;
}

/** Adds what is open, in its order; returns where what has to be held back begins. */
function scan(leaf: Parents, text: string, open: Marker[]): number | undefined {
  for (const child of leaf.children as Nodes[]) {
    if (child.type !== 'text') continue;
    const cut = scanText(child, text, open);
    if (cut !== undefined) return cut < 0 ? undefined : cut;
  }
  return undefined;
}

const STOP = -1;
/** No one opens more at once; and each is a level of the tree. */
const MOST_OPEN = 16;
const MARKERS = /\\[!-/:-@[-`{-~]?|`+|\*+|_+|~+|!?\[|!$|<|&#?\w{0,31}$/g;

function scanText(node: Text, text: string, open: Marker[]): number | undefined {
  const from = node.position?.start.offset ?? 0;
  const to = node.position?.end.offset ?? 0;
  const markers = new RegExp(MARKERS);
  markers.lastIndex = from;
  for (let match = markers.exec(text); match && match.index < to; match = markers.exec(text)) {
    const [marks] = match;
    const at = match.index;
    const end = at + marks.length;
    const atEnd = end >= text.trimEnd().length;
    const first = marks[0] ?? '';
    if (first === '\\' || first === '&' || marks === '!') {
      if (marks.length === 1 || first === '&' ? text.slice(end).trim() === '' : false) return at;
    } else if (first === '`') {
      return openCode(text, { at, marks }, open);
    } else if (marks.endsWith('[')) {
      if (mayBecomeLink(text, end)) return at;
    } else if (first === '<') {
      const rest = text.slice(at);
      if (/^<[^\s<>]{0,200}$/.test(rest) || mayBecomeTag(rest)) return at;
    } else if (atEnd) {
      return at;
    } else if (marks.length < 4 && (first !== '~' || marks.length === 2)) {
      const [before, after] = [at > 0 ? text.charCodeAt(at - 1) : null, text.charCodeAt(end)];
      if (first === '*' && text[end] === '/') {
        if (end + 1 >= text.trimEnd().length) return at;
        if (text[end + 1] === '*') continue;
      }
      if (!flanking(first, marks.length, before, after).open) continue;
      if (open.length === MOST_OPEN) return STOP;
      open.push({ at, marks });
    }
  }
  return undefined;
}

/** All that follows is code. */
function openCode(text: string, marker: Marker, open: Marker[]): number {
  const content = text.slice(marker.at + marker.marks.length).trimEnd();
  if (content === '') return marker.at;
  open.push(marker);
  const partial = /`+$/.exec(content)?.[0].length ?? 0;
  return partial > 0 && partial < marker.marks.length
    ? marker.at + marker.marks.length + content.length - partial
    : STOP;
}

const LONGEST_LABEL = 400;
const LONGEST_ADDRESS = 2_000;
const PARTIAL_TARGET =
  /^[ \t\n]*(?:<[^<>\n]*>?|[^\s<][^\s]*)?(?:[ \t\n]+(?:"[^"]*"?|'[^']*'?|\([^)]*)?[ \t\n]*)?$/;

/** Whether the brackets that begin before this place may still be a link, a picture or a note. */
function mayBecomeLink(text: string, from: number): boolean {
  let depth = 1;
  let at = from;
  for (; at < text.length && at - from < LONGEST_LABEL; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '[') depth++;
    else if (text[at] === ']' && --depth === 0) break;
  }
  if (at >= text.length) return true;
  if (depth > 0) return false;
  const rest = text.slice(at + 1);
  if (rest === '') return true;
  if (rest.startsWith('(')) return rest.length < LONGEST_ADDRESS && PARTIAL_TARGET.test(rest.slice(1));
  return rest.startsWith('[') && rest.length < LONGEST_LABEL && !rest.includes(']');
}
