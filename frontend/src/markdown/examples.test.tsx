import { render } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import groups from './examples.json';
import { Markdown } from './Markdown';
import { simplified } from './testing/simplified';

// They are also the tables of docs/reference/markdown.md.
describe.each(groups)('$title', ({ examples }) => {
  test.each(examples)('$text', ({ text, html }) => {
    const { container } = render(<Markdown text={text} />);
    expect([...container.childNodes].map(simplified).join('').trim()).toBe(html);
  });
});
