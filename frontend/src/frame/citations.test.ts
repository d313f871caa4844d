import { expect, test } from 'vitest';
import type { Annotation, AssistantContent } from '../protocol/types';
import { citationMarks, marked, numbered } from './citations';

const cite = (url: string, index: number | null): Annotation => ({
  type: 'annotation',
  index,
  source: { type: 'url', title: url, url: `https://${url}` },
});
const part = (text: string, ...annotations: Annotation[]): AssistantContent => ({
  type: 'output_text',
  text,
  annotations,
});
/** Marks are invisible characters; braces make them readable here. */
const shown = (content: AssistantContent) =>
  marked(content, numbered([content]))
    .replaceAll('\uE200', '{')
    .replaceAll('\uE201', '}');

test('sources are numbered in the order in which they are mentioned, each once', () => {
  const content = part('One. Two. Three.', cite('b.example', 9), cite('a.example', 4), cite('b.example', 16));
  expect(numbered([content]).map(({ source }) => source.title)).toEqual(['a.example', 'b.example']);
  expect(shown(content)).toBe('One.{1} Two.{2} Three.{2}');
});

test('a place in the middle of a word moves to its end', () => {
  expect(shown(part('The **bold** claim', cite('a.example', 7)))).toBe('The **bold**{1} claim');
});

test('a source without a place stands at the end', () => {
  expect(shown(part('All of it.\n', cite('a.example', null)))).toBe('All of it.{1}\n');
});

test('the same source twice in one place is one mark', () => {
  expect(shown(part('Twice.', cite('a.example', 6), cite('a.example', 6)))).toBe('Twice.{1}');
});

test('a mark does not become part of a bare address', () => {
  expect(shown(part('See https://x.example/a', cite('a.example', null)))).toBe('See https://x.example/a {1}');
});

test('an answer cannot forge marks', () => {
  expect(shown(part('\uE2007\uE201', cite('a.example', null)))).not.toMatch('{7}');
});

test('text without spaces is not searched for the end of a word', () => {
  expect(shown(part('日本語です。次の文です。', cite('a.example', 6)))).toBe('日本語です。{1}次の文です。');
});

const ASTRONAUT = '\u{1F469}\u200D\u{1F680}';

test.each([
  ['a\uE2003\uE201b', 'a[3]', 'b'],
  ['As said.\uE2001\uE201\uE2002\uE201 More', 'As said', '.[1][2]', ' More'],
  ['\uE2001\uE201', '[1]'],
  ['cafe\u0301\uE2001\uE201', 'caf', 'e\u0301[1]'],
  [`${ASTRONAUT}\uE2001\uE201`, ASTRONAUT, '[1]'],
])('a mark becomes an element that keeps to the letter before it: %s', (text, ...expected) => {
  const tree: Parameters<ReturnType<typeof citationMarks>>[0] = {
    type: 'root',
    children: [{ type: 'text', value: text }],
  };
  citationMarks()(tree);
  const told = (node: typeof tree): string =>
    node.tagName === 'cite-mark'
      ? `[${(node.properties as { number: string }).number}]`
      : (node.value ?? (node.children ?? []).map(told).join(''));
  expect((tree.children ?? []).map(told)).toEqual(expected);
});
