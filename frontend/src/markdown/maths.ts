/*
 * Formulas are taken out of a text before Markdown reads it, and put back afterwards: to Markdown a backslash, an
 * underscore or a line of equals signs is something else. In the place of each stands its number between two
 * characters that no text uses, as with the marks of inline-marks.ts.
 *
 * Invariant: a dollar is a dollar unless it is beyond doubt a mark of mathematics. A formula that shows as its source
 * can still be read; a price that shows as a formula cannot.
 */
import { LONGEST_FORMULA, linesOf, proseOf, withoutCodeSpans } from './lines';

export type Formula = { tex: string; source: string; display: boolean };
export type WithFormulas = {
  text: string;
  formulas: Formula[];
  /** Where, in the text, what may still become a formula begins. */
  unfinished: number | undefined;
};

const OPEN = '\uE202';
const CLOSE = '\uE203';
const PLACE = new RegExp(`${OPEN}(\\d+)${CLOSE}`, 'g');
const STRAY = new RegExp(`[${OPEN}${CLOSE}]`, 'g');

export const splitAtFormulas = (text: string) => text.split(PLACE);
export const hasFormula = (text: string) => text.includes(OPEN);

/** An address as Markdown leaves it, with the places of formulas readable again. */
export const readable = (address: string) =>
  address.replace(/%EE%88%82(\d+)%EE%88%83/gi, `${OPEN}$1${CLOSE}`);

/** The text with each formula as it was written. */
export const withSources = (text: string, formulas: Formula[]) =>
  text.replace(PLACE, (_, number) => formulas[Number(number)]?.source ?? '');

const LONGEST_INLINE = 1_000;
const START = /\\[([]|\$\$?/g;

/** `growing`: the text goes on, and a formula is one when what follows it is known. */
export function takeFormulas(source: string, growing = false): WithFormulas {
  const formulas: Formula[] = [];
  let unfinished: number | undefined;
  if (!/\$|\\[([]/.test(source)) return { text: source, formulas, unfinished };
  const text = source.replace(STRAY, '\uFFFD');
  const { code } = linesOf(text);
  let result = '';
  let done = 0;
  for (const prose of proseOf(text, code)) {
    const words = text.slice(prose.from, prose.to);
    for (const { from, to } of withoutCodeSpans(words)) {
      for (const found of formulasIn(text, prose.from + from, prose.from + to, growing)) {
        if ('unfinished' in found) {
          unfinished = result.length + found.unfinished - done;
          continue;
        }
        result += `${text.slice(done, found.from)}${OPEN}${formulas.length}${CLOSE}`;
        done = found.to;
        formulas.push(found);
      }
    }
  }
  return { text: result + text.slice(done), formulas, unfinished };
}

type Found = (Formula & { from: number; to: number }) | { unfinished: number };

function* formulasIn(text: string, from: number, to: number, growing: boolean): Generator<Found> {
  const start = new RegExp(START);
  start.lastIndex = from;
  for (let match = start.exec(text); match && match.index < to; match = start.exec(text)) {
    const at = match.index;
    const [mark] = match;
    if (text[at - 1] === '\\' && isEscaped(text, at)) continue;
    if (isInAddress(text, at)) continue;
    const found = mark.startsWith('\\') ? bracketed(text, at, to) : dollars(text, at, to, mark.length);
    if (!found) {
      if (mark === '$$') while (text[start.lastIndex] === '$') start.lastIndex++;
      continue;
    }
    if (growing && mark === '$' && 'to' in found && /^[a-z]?$/.test(text.slice(found.to))) {
      yield { unfinished: at };
      return;
    }
    yield found;
    if ('to' in found) start.lastIndex = found.to;
    else return;
  }
}

const LONGEST_ADDRESS = 2_000;
const ADDRESS =
  /(?:https?:\/\/|www\.|\]\(<?|^ {0,3}\[[^\]\n]+\]:[ \t]*)(?:[^\s()<>\u3000-\uFFEF]|\([^\s()<>]*\))*\(?$/im;

/** Up to this place, an address has begun and not ended: a dollar in it is one of its characters. */
const isInAddress = (text: string, at: number) =>
  ADDRESS.test(
    lineBefore(text, at)
      .slice(-LONGEST_ADDRESS)
      .replace(/^.*\s(?=\S+$)(?<!\]:\s)/, ''),
  );

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}

const lineBefore = (text: string, at: number) => text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
const CONTAINER_ONLY = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))*[ \t]*$/;

/** The content without the marks of the quotation or the indentation of the list it stands in. */
const unquoted = (content: string) => content.replace(/\n[ \t]*(?:>[ \t]?)+/g, '\n').trim();

function bracketed(text: string, at: number, to: number): Found | undefined {
  const display = text[at + 1] === '[';
  const [open, close] = display ? ['\\[', '\\]'] : ['\\(', '\\)'];
  const ownLine = display && CONTAINER_ONLY.test(lineBefore(text, at));
  const limit = Math.min(to, at + (display ? LONGEST_FORMULA : LONGEST_INLINE));
  const end = text.indexOf(close, at + 2);
  const again = text.indexOf(open, at + 2);
  const gap = ownLine ? -1 : indexOfGap(text, at);
  const nearest = Math.min(...[limit, again, gap].filter((place) => place >= 0));
  if (end < 0 || end + 2 > nearest) {
    return nearest === limit && limit === text.length && to === text.length ? { unfinished: at } : undefined;
  }
  const tex = unquoted(text.slice(at + 2, end));
  if (!tex || (display && !looksLikeTex(text.slice(at + 2, end)))) return undefined;
  return { tex, display, source: text.slice(at, end + 2), from: at, to: end + 2 };
}

/** An escaped bracket is a bracket: "\[1\]", "\[x\] done", "\[optional\]". */
const looksLikeTex = (content: string) => /^\s|[\\^_=+*/<>{}|]/.test(content);

function indexOfGap(text: string, at: number): number {
  const gap = /\n[ \t>]*\n/g;
  gap.lastIndex = at;
  return gap.exec(text)?.index ?? -1;
}

function dollars(text: string, at: number, to: number, size: number): Found | undefined {
  if (text[at + size] === '$' || /[\p{L}\p{N}$]/u.test(text[at - 1] ?? '')) {
    if (
      !/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(text[at - 1] ?? '')
    ) {
      return undefined;
    }
  }
  return size === 2 ? doubleDollars(text, at, to) : singleDollars(text, at, to);
}

function doubleDollars(text: string, at: number, to: number): Found | undefined {
  const ownLine = CONTAINER_ONLY.test(lineBefore(text, at));
  const limit = Math.min(to, at + (ownLine ? LONGEST_FORMULA : LONGEST_INLINE));
  const end = text.indexOf('$$', at + 2);
  const gap = ownLine ? -1 : indexOfGap(text, at);
  const nearest = gap < 0 ? limit : Math.min(limit, gap);
  if (end < 0 || end + 2 > nearest) {
    return nearest === text.length ? { unfinished: at } : undefined;
  }
  const tex = unquoted(text.slice(at + 2, end));
  return tex ? { tex, display: true, source: text.slice(at, end + 2), from: at, to: end + 2 } : undefined;
}

/** After a formula: no digit and no word, but "$n$th" and "$x$s". */
const AFTER = /^(?:(?:st|nd|rd|th|s|es|D|d)?(?![A-Za-z0-9_])|[nrte]$)/;

function singleDollars(text: string, at: number, to: number): Found | undefined {
  const limit = Math.min(to, at + LONGEST_INLINE);
  if (at + 1 < limit && /\s/.test(text[at + 1] ?? '')) return undefined;
  const gap = indexOfGap(text, at);
  const nearest = gap < 0 ? limit : Math.min(limit, gap);
  let end = text.indexOf('$', at + 1);
  while (end >= 0 && end < nearest && isEscaped(text, end)) end = text.indexOf('$', end + 1);
  if (end < 0 || end >= nearest) {
    if (nearest !== text.length) return undefined;
    return isProse(text.slice(at + 1), true) ? undefined : { unfinished: at };
  }
  const tex = text.slice(at + 1, end);
  if (/\s$/.test(tex) || !AFTER.test(text.slice(end + 1, end + 5)) || isProse(tex, false)) return undefined;
  return { tex: unquoted(tex), display: false, source: text.slice(at, end + 1), from: at, to: end + 1 };
}

/** Two words in a row, or an amount and a word: "5 million in A". Words within braces are TeX's. */
function isProse(tex: string, growing: boolean): boolean {
  const bare = tex.replace(/\\[a-z]+\s*(?:\{[^{}]*\}?)?/gi, ' \\ ').replace(/\{[^{}]*\}?/g, ' \\ ');
  if (/^[\d.,]+(?:[kKmMbB]n?)?(?:\s+(?:\p{L}{2,}|[-–])|\/\p{L}{2,}|[,;:]\s)/u.test(bare)) return true;
  if (/(?<![\\\p{L}])\p{L}{2,}[,;:.!?]?\s+\p{L}{2,}/u.test(bare)) return true;
  return growing && /\s\s|[.!?]\s/.test(bare);
}
