import type { Nodes } from 'hast';
import { describe, expect, test } from 'vitest';
import groups from './examples.json';
import { parse } from './parse';
import { long, short } from './testing/documents';

const PLACEHOLDER = /[\uE200-\uE203]|%EE%88%8[0-3]/i;

const WITH_DOLLARS = [
  '[x]: https://e.com/?q=$a$ "for $b$"\n\nSee [x].',
  '[x]: /path/$a$\n\nSee [x] and ![x].',
  '[a](/p?q=$a$) and [b](</p q/$b$> "of $c$") and ![of $d$](https://e.com/$e$.png)',
  '[a](https://e.com/a_(b)?q=$a$) and https://e.com/\\(n\\)/x',
  '<a href="/p/$a$" title="of $b$">go</a> <code>$c$</code> <abbr title="\\(n\\)">n</abbr>',
  '<div align="center">\n<img src="/$a$.png" alt="$b$">\n</div>',
];

/** Every text and every attribute that is drawn. */
function valuesOf(node: Nodes): string[] {
  const own =
    node.type === 'text' ? [node.value] : node.type === 'element' ? Object.values(node.properties) : [];
  const inner = 'children' in node ? node.children.flatMap(valuesOf) : [];
  return [...own.map(String), ...inner];
}

const corpus = [...groups.flatMap(({ examples }) => examples.map(({ text }) => text)), ...short, long];

describe('no place of a formula is left in what is drawn', () => {
  test.each([...corpus, ...WITH_DOLLARS])('%s', (text) => {
    for (let at = 1; at <= text.length; at += 3) {
      expect(valuesOf(parse(text.slice(0, at), true).tree).join('\n')).not.toMatch(PLACEHOLDER);
    }
    expect(valuesOf(parse(text).tree).join('\n')).not.toMatch(PLACEHOLDER);
  });
});

test.each([
  ['[x]: https://e.com/?q=$a$\n\nSee [x].', 'https://e.com/?q=$a$'],
  ['[x](/a_(b)?q=$a$)', '/a_(b)?q=$a$'],
  ['[x](/p "cost $n$")', 'cost $n$'],
  ['[x](</p q?$a$>)', '/p%20q?$a$'],
])('an address keeps its dollars: %s', (text, value) => {
  expect(valuesOf(parse(text).tree)).toContain(value);
});

test('a formula beside an address is a formula', () => {
  for (const text of ['(https://e.com) $x$', '[a](https://e.com), $x$', 'https://e.com，$x$']) {
    expect(valuesOf(parse(text).tree)).toContain('$x$');
    expect(parse(text).mathematical).toBe(true);
  }
});

test.each([
  'The <center> and <h1> tags',
  'Put <li> in <ul>, then <blockquote>.',
  '- a <div> in an item\n- a <p>',
  '<div> is a block, and <p> a **paragraph**.',
  '> <ul> and <ol>',
  '<p> begins it',
  '<hr> draws a line',
  '**<td>** in <tr>',
])('a tag that is only named keeps its name: %s', (text) => {
  const shown = valuesOf(parse(text).tree).join('');
  for (const [tag] of text.matchAll(/<\w+>/g)) expect(shown).toContain(tag);
});

test.each([
  'match src/**/*.{ts,tsx}',
  'def f(*args, **kwargs)',
  '*args, a*b and x*y*z',
  '**/* and **/*.md',
  'a/*/b and **/test/*',
])('stars that are none of emphasis stay: %s', (text) => {
  expect(valuesOf(parse(text).tree)).toContain(text);
});
