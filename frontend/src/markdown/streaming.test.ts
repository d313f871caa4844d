import { describe, expect, test } from 'vitest';
import groups from './examples.json';
import { long, short } from './testing/documents';
import { visibleText } from './testing/visible-text';

/** Nobody can know before the end that these brackets have, or will have, an address. */
const UNDECIDED = ['[docs] and [the guide][docs]', '[1], [x], [^1] and'];

const examples = groups
  .flatMap((group) => group.examples.map(({ text }) => text))
  .filter((text) => !UNDECIDED.some((start) => text.startsWith(start)));

const MAY_BE_MISSING = /^(?:[*_`[\]]|<\/?[a-z]+> ?)/;

/**
 * Whether what was visible is the beginning of what is visible in the end. A marker may be missing that never found
 * its end, and none may be there that found it.
 */
function isBeginning(visible: string, end: string): boolean {
  let at = 0;
  for (const sign of visible) {
    while (at < end.length && !end.startsWith(sign, at)) {
      const [missing = ''] = MAY_BE_MISSING.exec(end.slice(at)) ?? [];
      if (!missing) return false;
      at += missing.length;
    }
    if (!end.startsWith(sign, at)) return false;
    at += sign.length;
  }
  return true;
}

/** Streams the text in pieces of these lengths, one after the other; what was not the beginning of its end. */
function stream(text: string, lengths: number[]) {
  const end = visibleText(text, false);
  const sections: string[] = [];
  const wrong: { source: string; visible: string }[] = [];
  for (let at = 1, step = 0; at <= text.length; at += lengths[step++ % lengths.length] ?? 1) {
    const visible = visibleText(text.slice(0, at), true, sections);
    if (!isBeginning(visible, end))
      wrong.push({ source: text.slice(0, at).slice(-40), visible: visible.slice(-60) });
  }
  expect(visibleText(text, false, sections)).toBe(end);
  return wrong;
}

describe('a text that is streamed only ever grows, and ends as if it had come at once', () => {
  test.each([...examples, ...short])('character by character: %s', (text) => {
    expect(stream(text, [1])).toEqual([]);
  });

  test('a long one, in pieces as models send them', () => {
    expect(stream(long, [3, 1, 6, 2, 4, 9, 1])).toEqual([]);
    expect(stream(long.replaceAll('\n\n', '\n\n\n'), [5, 11, 2, 7])).toEqual([]);
  });
});

test('bold is bold from its first letter, and a link is not seen before it is one', () => {
  expect(visibleText('This is **bo', true)).toBe('This is bo');
  expect(visibleText('See [the docs](https://exam', true)).toBe('See');
  expect(visibleText('| a | b |\n|--', true)).toBe('');
});

test('what never finds its end is there when the text ends', () => {
  for (const text of [
    'an *open star',
    'a [bracket',
    'a `tick',
    'costs $5',
    '<deta',
    'x \\(y',
    '| a | b |',
    '![x',
    '&am',
  ]) {
    expect(visibleText(text, false).replace(/\s/g, '')).toBe(text.replace(/\\(?=\()|\s/g, ''));
  }
});
