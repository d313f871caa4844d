/*
 * Annotations name the character of the answer at which they belong, but the answer is Markdown. So each place gets
 * a mark in the source, which Markdown hands back as an element to be drawn as a chip (markdown/inline-marks.ts).
 */
import { markOf, withoutForgedMarks } from '../../markdown/inline-marks';
import type { Annotation, AssistantContent, Source } from '../../protocol/types';

export type Citation = { number: number; source: Source };

const keyOf = (source: Source) =>
  source.type === 'url'
    ? source.url
    : source.type === 'file'
      ? `file:${source.filename}`
      : `entity:${source.id}`;

/** One number per source, in order of first mention, over all parts of a message. */
export function numberCitations(content: AssistantContent[]): Citation[] {
  const seen = new Map<string, Citation>();
  const inOrder = content.flatMap((part) => [...(part.annotations ?? [])].sort(byIndex));
  for (const { source } of inOrder) {
    const key = keyOf(source);
    if (!seen.has(key)) seen.set(key, { number: seen.size + 1, source });
  }
  return [...seen.values()];
}

/** The part's Markdown with a mark at each annotation; marks without a place stand at the end. */
export function textWithMarks(part: AssistantContent, citations: Citation[]): string {
  const text = withoutForgedMarks(part.text);
  const numbers = new Map(citations.map(({ number, source }) => [keyOf(source), number]));
  const placed = [...(part.annotations ?? [])].sort(byIndex);
  const end = text.trimEnd().length;
  const done = new Set<string>();
  let result = '';
  let at = 0;
  for (const { index, source } of placed) {
    const place = Math.max(at, endOfWord(text, Math.min(index ?? end, text.length)));
    const number = numbers.get(keyOf(source));
    const mark = markOf(number);
    result += text.slice(at, place);
    at = place;
    if (done.has(`${place}:${number}`)) continue;
    done.add(`${place}:${number}`);
    // A bare address would swallow a mark that touches it.
    result += /https?:\/\/[^\s)]+$/.test(result) ? ` ${mark}` : mark;
  }
  return result + text.slice(at);
}

const byIndex = (a: Annotation, b: Annotation) =>
  (a.index ?? Number.POSITIVE_INFINITY) - (b.index ?? Number.POSITIVE_INFINITY) || 0;

/** An index that falls into a word, or before its closing marks, would tear it apart. */
function endOfWord(text: string, index: number): number {
  if (index === 0 || /\s/.test(text[index - 1] ?? '')) return index;
  let end = index;
  while (/[!-~”’»]/.test(text[end] ?? ' ')) end++;
  return end;
}
