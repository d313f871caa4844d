import { expect, test } from 'vitest';
import { emptyDraft } from './draft';
import { triggerAt } from './trigger';

const at = (text: string, caret = text.length) => {
  const found = triggerAt({ ...emptyDraft, text }, caret, ['@', '/']);
  return found && `${found.sign}${found.query}|${found.start}`;
};

test('a sign at the start of a word opens a menu, with what was typed after it', () => {
  expect(['@', 'Ask @an', '@Ann L', '(@an', '/', 'Do /sum'].map((text) => at(text))).toEqual([
    '@|0',
    '@an|4',
    '@Ann L|0',
    '@an|1',
    '/|0',
    '/sum|3',
  ]);
});

test('addresses, fractions, paths and new lines open none', () => {
  expect(['me@home', '1/2', 'and/or', '/a b', '@ ', '@a\nb', '//'].map((text) => at(text))).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
    '//|0',
  ]);
});

test('only what stands before the cursor counts, and nothing that is a tag already', () => {
  expect(at('@ann', 2)).toBe('@a|0');
  const tag = { start: 0, end: 4, entity: { id: 'a', title: 'Ann' } };
  expect(triggerAt({ text: '@Ann ', tags: [tag], quote: null }, 5, ['@'])).toBeNull();
});
