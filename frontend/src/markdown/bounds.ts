/*
 * What no person wrote to be read: tags or lists nested without end, thousands of markers in one paragraph. To parse
 * it takes seconds, since each marker may belong to each other one. It is found by counting, before it is parsed, and
 * displayed as it was written.
 */
import { linesOf, proseOf } from './lines';
import { tagOf, VOID_TAGS } from './syntax/tags';

const MOST_TAGS = 64;
const MOST_MARKERS = 1_500;
const MARKERS = /[*_~`[\]<&$\\|]/g;
const NEW_PARAGRAPH = /^[ \t]*(?:$|[-*+>|#]|\d{1,9}[.)][ \t])/;
const DEEP_ITEM = /^(?: {64}| *\t[ \t]{15})[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]/m;
const MAYBE_TAG = /<\/?[a-z][^<>]{0,500}>/gi;

/** Throws a RangeError for a text that is not to be parsed. */
export function assertReadable(text: string): void {
  if (text.length < MOST_TAGS) return;
  const { code } = linesOf(text);
  for (const { from, to } of proseOf(text, code)) {
    const prose = text.slice(from, to);
    if (hasDenseParagraph(prose) || DEEP_ITEM.test(prose) || hasDeepTags(prose)) {
      throw new RangeError('Markdown: nested too deep.');
    }
  }
}

function hasDenseParagraph(prose: string): boolean {
  let markers = 0;
  for (const line of prose.split('\n')) {
    if (NEW_PARAGRAPH.test(line)) markers = 0;
    markers += line.match(MARKERS)?.length ?? 0;
    if (markers > MOST_MARKERS) return true;
  }
  return false;
}

function hasDeepTags(prose: string): boolean {
  if (!prose.includes('<')) return false;
  let depth = 0;
  for (const [source] of prose.matchAll(MAYBE_TAG)) {
    const tag = tagOf(source);
    if (!tag || VOID_TAGS.has(tag.name)) continue;
    depth = tag.closing ? Math.max(0, depth - 1) : depth + 1;
    if (depth > MOST_TAGS) return true;
  }
  return false;
}
