/*
 * A long answer is drawn in sections, so that a word added at its end costs what its last section costs and not
 * what the whole answer does. Sections are cut between blocks, and only where nothing that is still to come can
 * reach back over the cut.
 *
 * Invariants: the sections put together are the text; a section that was followed by another one never changes
 * while the text only grows, so it is parsed once.
 */
import { parseMarkdownIntoBlocks } from 'streamdown';

/** Characters: long enough that a thousand words are a handful of sections, short enough to be parsed in a frame. */
const ENOUGH = 2_000;
/** A line below may still make a heading, a table or a longer list of the blocks at the end. */
const STILL_OPEN = 3;

/** Notes and addresses that are defined in one place may be meant in any other: such a text is drawn as a whole. */
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:/m;

/** `before`: the sections of the text as it was, if it was drawn before. */
export function sectionsOf(text: string, before: string[] = []): string[] {
  if (DEFINITION.test(text)) return [text];
  const { settled, length } = settledIn(text, before);
  const rest = text.slice(length);
  // To the parser "[^" is a footnote, and a text with footnotes one block, even if it is a pattern in some code.
  const plain = rest.replaceAll('[^', '[~');
  const blocks = parseMarkdownIntoBlocks(plain);
  // It may tidy what it reads (line ends); what it changed cannot be cut by its measure.
  if (blocks.join('') !== plain) return [...settled, rest];
  return [...settled, ...grouped(rest, blocks)];
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

function grouped(text: string, blocks: string[]): string[] {
  const sections: string[] = [];
  let from = 0;
  let end = 0;
  blocks.slice(0, -STILL_OPEN).forEach(({ length }) => {
    end += length;
    if (end - from < ENOUGH) return;
    sections.push(text.slice(from, end));
    from = end;
  });
  return [...sections, text.slice(from)];
}
