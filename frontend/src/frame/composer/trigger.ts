import type { Draft } from './draft';

/** What is being written that a menu can complete: "@" and a part of a name, or "/" and a part of a command. */
export type Trigger = { sign: '@' | '/'; start: number; end: number; query: string };

/** Names have spaces in them; commands are searched by one word. A sign inside a word is part of that word. */
const PATTERNS = {
  '@': /(?:^|[\s([{"'“„«])(@)((?:[^\s@][^\n@]{0,48})?)$/,
  '/': /(?:^|\s)(\/)(\S{0,48})$/,
};

export function triggerAt(
  { text, tags }: Draft,
  caret: number,
  signs: readonly ('@' | '/')[],
): Trigger | null {
  const tag = tags.findLast(({ end }) => end <= caret);
  const before = text.slice(tag?.end ?? 0, caret);
  for (const sign of signs) {
    const match = PATTERNS[sign].exec(before);
    if (!match) continue;
    const query = match[2] ?? '';
    return { sign, start: caret - query.length - 1, end: caret, query };
  }
  return null;
}
