/*
 * What can be known about a text without parsing it, line by line: which parts are code, in which nothing is changed,
 * and where it can be cut in two without either half reading differently.
 */
export type Range = { from: number; to: number };
export type Lines = {
  /** Blocks of code, with their fences. */
  code: Range[];
  /** Where a block begins that nothing above it can reach into. */
  cuts: number[];
  /** Where the fence stands that is not closed. */
  openFence: number | undefined;
  /** Where the displayed formula of several lines begins that is not closed. */
  openFormula: number | undefined;
};

const CONTAINER = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))*[ \t]*/;
const FENCE = /^(`{3,}(?=[^`]*$)|~{3,})/;
const LIST_ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/;
/** Needs no empty line before it. */
const HEADING = /^#{1,6}[ \t]+[^ \t#]/;
const MAY_BECOME_LIST_ITEM = /^(?:[-*+\d \t]|$)/;
const BLOCK_TAG =
  /<(\/?)(?:blockquote|center|details|div|dl|figure|h[1-6]|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)(?:\s[^<>]*)?>/gi;
/** No formula is longer: one that is not closed by then is none, and takes no more of the text with it. */
export const LONGEST_FORMULA = 5_000;
const FORMULA_START = /^(\$\$(?!\$)|\\\[)/;

type Fence = { at: number; marks: string; quoted: boolean; indent: number };
type Formula = { at: number; end: string };

export function linesOf(text: string): Lines {
  const code: Range[] = [];
  const cuts: number[] = [];
  let fence: Fence | undefined;
  let formula: Formula | undefined;
  let inList = false;
  let blank = true;
  let indented = false;
  let tags = 0;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline + 1;
    const line = text.slice(at, newline < 0 ? end : newline).replace(/\r$/, '');
    const empty = line.trim() === '';
    if (fence && leaves(fence, line, empty)) {
      code.push({ from: fence.at, to: at });
      fence = undefined;
    }
    if (fence) {
      if (closes(fence, line)) {
        code.push({ from: fence.at, to: end });
        fence = undefined;
        blank = false;
      }
      at = end;
      continue;
    }
    if (formula) {
      if (line.includes(formula.end)) formula = undefined;
      else if (at - formula.at > LONGEST_FORMULA) formula = undefined;
      blank = empty;
      at = end;
      continue;
    }
    const prefix = CONTAINER.exec(line)?.[0] ?? '';
    const rest = line.slice(prefix.length);
    const open = FENCE.exec(rest)?.[1];
    const isItem = LIST_ITEM.test(line);
    const complete = newline >= 0;
    const mayBegin = complete ? !isItem && !/^[ \t]/.test(line) && !empty : !MAY_BECOME_LIST_ITEM.test(line);
    const isCut = at > 0 && tags === 0 && (HEADING.test(line) || (blank && mayBegin));
    if (isCut) cuts.push(at);
    if (isItem) inList = true;
    else if (!empty && !/^[ \t]/.test(line) && blank) inList = false;
    if (open && (inList || prefix.includes('>') || prefix.length < 4)) {
      fence = { at, marks: open, quoted: prefix.includes('>'), indent: isItem ? prefix.length : 0 };
    } else if (!empty) {
      indented = !inList && /^(?: {4}|\t)/.test(line) && (blank || indented);
      if (indented) code.push({ from: at, to: end });
      else {
        formula = formulaOf(rest, at);
        for (const [, slash] of line.matchAll(BLOCK_TAG)) tags = Math.max(0, tags + (slash ? -1 : 1));
      }
    }
    blank = empty;
    at = end;
  }
  const openFence = fence?.at;
  if (fence) code.push({ from: fence.at, to: text.length });
  return { code, cuts, openFence, openFormula: formula?.at };
}

function leaves(fence: Fence, line: string, empty: boolean): boolean {
  if (fence.quoted) return !/^[ \t]*(?:[-*+]|\d+[.)]|[ \t])*>/.test(line);
  return fence.indent > 0 && !empty && (/^[ \t]*/.exec(line)?.[0].length ?? 0) < Math.min(fence.indent, 2);
}

function closes(fence: Fence, line: string): boolean {
  const rest = line.replace(/^[ \t>]*/, '').trimEnd();
  const [mark = ''] = fence.marks;
  return rest.length >= fence.marks.length && rest === mark.repeat(rest.length);
}

function formulaOf(line: string, at: number): Formula | undefined {
  const [, start] = FORMULA_START.exec(line) ?? [];
  if (!start) return undefined;
  const end = start === '$$' ? '$$' : '\\]';
  return line.includes(end, 2) ? undefined : { at, end };
}

/** What is not code. */
export function proseOf(text: string, code: Range[]): Range[] {
  const prose: Range[] = [];
  let from = 0;
  for (const block of code) {
    if (block.from > from) prose.push({ from, to: block.from });
    from = block.to;
  }
  if (from < text.length) prose.push({ from, to: text.length });
  return prose;
}

/** The pieces of a prose that are no code within a line. */
export function withoutCodeSpans(text: string): Range[] {
  const found: Range[] = [];
  let from = 0;
  // A run that was looked for and not found is not looked for again.
  const missing = new Map<number, number>();
  const run = /`+/g;
  for (let match = run.exec(text); match; match = run.exec(text)) {
    const [marks] = match;
    const escaped = text[match.index - 1] === '\\' && text[match.index - 2] !== '\\';
    if (escaped && marks.length === 1) continue;
    const start = match.index + marks.length;
    const close = missing.get(marks.length) === undefined ? closeOf(text, marks, start) : -1;
    if (close < 0) {
      missing.set(marks.length, start);
      continue;
    }
    if (/\n[ \t]*\n/.test(text.slice(start, close))) continue;
    if (match.index > from) found.push({ from, to: match.index });
    from = close + marks.length;
    run.lastIndex = from;
  }
  if (from < text.length) found.push({ from, to: text.length });
  return found;
}

function closeOf(text: string, marks: string, start: number): number {
  for (let at = text.indexOf(marks, start); at >= 0; ) {
    let end = at;
    while (text[end] === '`') end++;
    if (end - at === marks.length) return at;
    at = text.indexOf(marks, end);
  }
  return -1;
}

/** The line that makes a table of the one above it. */
export const DELIMITERS = /^[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*\|?[ \t]*$/;
