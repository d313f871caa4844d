import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Markdown } from '../../markdown/Markdown';
import { renderCitation } from './CitationMark';
import type { Citation } from './citations';

const source = { type: 'url' as const, title: 'Manual', url: 'https://a.example/manual' };
const citations: Citation[] = [{ number: 1, source }];
const drawn = (text: string, known = citations) =>
  render(<Markdown text={text} renderMark={(number) => renderCitation(known, number)} />);

test('a citation is a numbered link to its source', () => {
  drawn('A fact.\uE2001\uE201');
  const chip = screen.getByRole('link', { name: 'Source 1: Manual – a.example' });
  expect(chip.getAttribute('href')).toBe('https://a.example/manual');
  expect(chip.textContent).toBe('1');
});

test('a citation of nothing we know is not shown', () => {
  const { container } = drawn('A fact.\uE2009\uE201');
  expect(container.textContent).toBe('A fact.');
});

test('a source that is not a web address is not a link', () => {
  const bad = { ...source, url: 'javascript:alert(1)' };
  drawn('A fact.\uE2001\uE201', [{ number: 1, source: bad }]);
  expect(screen.queryByRole('link')).toBeNull();
  expect(screen.getByText('1')).toBeTruthy();
});
