import { render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { LanguageContext, languageFor } from '../language/language';
import { Markdown } from './Markdown';

test('scripts, handlers and javascript: addresses do not survive', () => {
  const text = [
    '<script>alert(1)</script>',
    '<img src="https://a.example/i.png" onerror=alert(1)><b onclick="x()">b</b>',
    '[go](javascript:alert(1)) <a href="javascript:alert(1)">too</a> [data](data:text/html,x)',
  ].join('\n\n');
  const { container } = render(<Markdown text={text} />);
  expect(
    container.querySelector('script, [onerror], [onclick], a[href^="javascript:"], a[href^="data:"]'),
  ).toBeNull();
  expect(container.textContent).toContain('go');
});

test('a link to a page of this server stays a link', () => {
  render(<Markdown text="[docs](/docs/start)" />);
  expect(screen.getByRole('link', { name: 'docs' }).getAttribute('href')).toContain('/docs/start');
});

test('a link opens in a new tab that cannot reach back', () => {
  render(<Markdown text="[manual](https://a.example)" />);
  const link = screen.getByRole('link', { name: 'manual' });
  expect(link.getAttribute('target')).toBe('_blank');
  expect(link.getAttribute('rel')).toContain('noopener');
});

test('a mark is drawn by who gave the text, and is nothing in any other', () => {
  const text = 'A fact.\uE2007\uE201';
  const { container } = render(<Markdown text={text} renderMark={(number) => <b>No. {number}</b>} />);
  expect(container.textContent).toBe('A fact.No. 7');
  expect(render(<Markdown text={text} />).container.textContent).toBe('A fact.');
});

test('code keeps its text and can be copied', () => {
  render(<Markdown text={'```sql\nSELECT 1;\n```'} />);
  expect(screen.getByText('SELECT 1;')).toBeTruthy();
  expect(screen.getByText('sql')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Copy code' })).toBeTruthy();
});

test('code is labelled in the language of the user', async () => {
  render(
    <LanguageContext value={await languageFor(['de'])}>
      <Markdown text={'```\nSELECT 1;\n```'} />
    </LanguageContext>,
  );
  expect(screen.getByRole('button', { name: 'Code kopieren' })).toBeTruthy();
  expect(screen.getByText('Text')).toBeTruthy();
});

test('an answer that is still coming in shows no raw marks of Markdown', () => {
  const { container } = render(<Markdown text="Half **bold" streaming />);
  expect(container.textContent).toBe('Half bold');
});

test('a picture that another element names is not loaded either', () => {
  const { container } = render(
    <Markdown
      text={'<picture><source srcset="https://a.example/x"><img src="https://a.example/y"></picture>'}
    />,
  );
  expect(container.querySelector('source')).toBeNull();
});

test('a text of many sections is displayed whole, in its order', () => {
  const text = Array.from({ length: 80 }, (_, at) => `Paragraph ${at} ${'and more '.repeat(10)}`).join(
    '\n\n',
  );
  const { container } = render(<Markdown text={text} />);
  expect(container.querySelectorAll('.md-section').length).toBeGreaterThan(2);
  expect([...container.querySelectorAll('p')].map((p) => p.textContent?.split(' ')[1])).toEqual(
    Array.from({ length: 80 }, (_, at) => `${at}`),
  );
});

test.each([
  ['quotations', '> '.repeat(3_000)],
  ['quotations without spaces', '>'.repeat(3_000)],
  ['lists', '- '.repeat(3_000)],
  ['numbers', '1. '.repeat(1_500)],
])('%s without end have one, and what follows them is drawn', (_, marks) => {
  const { container } = render(<Markdown text={`${marks}deep\n\nThe **end**.`} />);
  expect(container.querySelectorAll('blockquote, li').length).toBeLessThan(50);
  expect(screen.getByText('end').tagName).toBe('STRONG');
});

test('a long line across the page is one', () => {
  const { container } = render(<Markdown text={`Above\n\n${'- '.repeat(60)}\n\nBelow`} />);
  expect(container.querySelectorAll('hr')).toHaveLength(1);
  expect(container.querySelector('li')).toBeNull();
});

test('a text that no parser gets through is displayed as it was written, without its marks', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const text = `${'<div>'.repeat(3_000)}<b onclick="x()">Words</b>`;
  const { container } = render(<Markdown text={`${text}\uE2001\uE201`} />);
  expect(container.textContent).toBe(text);
  expect(container.querySelector('b, [onclick]')).toBeNull();
});

test('names that every object has are words like others', () => {
  const text =
    '[a][__proto__] [b][constructor] [c](toString)\n\n[__proto__]: javascript:alert(1)\n\n```constructor\nx\n```';
  const { container } = render(<Markdown text={text} />);
  expect(container.querySelector('a[href^="javascript"]')).toBeNull();
  expect(container.querySelector('.md-pre code')?.textContent).toBe('x');
});

test('what is nested at its deepest takes nothing of the text around it along', () => {
  const text = `![seen](/i.png) **bold**\n\n${'> '.repeat(3_000)}deep\n\n${'- '.repeat(3_000)}deep\n\nThe *end*.`;
  render(<Markdown text={text} />);
  expect(screen.getByRole('img', { name: 'seen' })).toBeTruthy();
  expect(screen.getByText('bold').tagName).toBe('STRONG');
  expect(screen.getByText('end').tagName).toBe('EM');
});
