/*
 * A long answer is drawn in sections, so that a word added at its end costs what its last section costs and not
 * what the whole answer does. Sections are cut between blocks, and only where nothing that is still to come can
 * reach back over the cut.
 *
 * Invariants: the sections put together are the text; a section that was followed by another one never changes
 * while the text only grows, so it is parsed once.
 */
import { linesOf } from './lines';

/** Characters: long enough that a thousand words are a handful of sections, short enough to be parsed in a frame. */
const ENOUGH = 1_000;

/** `before`: the sections of the text as it was, if it was drawn before. */
export function sectionsOf(text: string, before: string[] = []): string[] {
  const { settled, length } = settledIn(text, before);
  const rest = text.slice(length);
  const sections: string[] = [];
  let from = 0;
  for (const cut of linesOf(rest).cuts) {
    if (cut - from < ENOUGH) continue;
    sections.push(rest.slice(from, cut));
    from = cut;
  }
  return [...settled, ...sections, rest.slice(from)];
}

function settledIn(text: string, before: string[]) {
  const settled: string[] = [];
  let length = 0;
  for (const section of before.slice(0, -1)) {
    if (!text.startsWith(section, length)) break;
    settled.push(section);
    length += section.length;
  }
  return { settled, length };
}
