import { expect, test } from 'vitest';
import type { Annotation, AssistantContent } from '../../protocol/types';
import { numberCitations, textWithMarks } from './citations';

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
const readable = (content: AssistantContent) =>
  textWithMarks(content, numberCitations([content]))
    .replaceAll('\uE200', '{')
    .replaceAll('\uE201', '}');

test('sources are numbered in the order in which they are mentioned, each once', () => {
  const content = part('One. Two. Three.', cite('b.example', 9), cite('a.example', 4), cite('b.example', 16));
  expect(numberCitations([content]).map(({ source }) => source.title)).toEqual(['a.example', 'b.example']);
  expect(readable(content)).toBe('One.{1} Two.{2} Three.{2}');
});

test('a place in the middle of a word moves to its end', () => {
  expect(readable(part('The **bold** claim', cite('a.example', 7)))).toBe('The **bold**{1} claim');
});

test('a source without a place stands at the end', () => {
  expect(readable(part('All of it.\n', cite('a.example', null)))).toBe('All of it.{1}\n');
});

test('the same source twice in one place is one mark', () => {
  expect(readable(part('Twice.', cite('a.example', 6), cite('a.example', 6)))).toBe('Twice.{1}');
});

test('a mark does not become part of a bare address', () => {
  expect(readable(part('See https://x.example/a', cite('a.example', null)))).toBe(
    'See https://x.example/a {1}',
  );
});

test('an answer cannot forge marks', () => {
  expect(readable(part('\uE2007\uE201', cite('a.example', null)))).not.toMatch('{7}');
});

test('text without spaces is not searched for the end of a word', () => {
  expect(readable(part('日本語です。次の文です。', cite('a.example', 6)))).toBe(
    '日本語です。{1}次の文です。',
  );
});
