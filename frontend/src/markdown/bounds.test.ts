import { expect, test } from 'vitest';
import { visibleText } from './testing/visible-text';

const MANY = 10_000;
const hostile: Record<string, string> = {
  'inline tags': '<b>'.repeat(MANY),
  'tags that end': `${'<i>'.repeat(MANY)}x${'</i>'.repeat(MANY)}`,
  'blocks of tags': '<div>\n\n'.repeat(MANY),
  'unknown tags': '<x>'.repeat(MANY),
  'half tags': '<a '.repeat(MANY),
  comments: '<!--'.repeat(MANY),
  quotations: '>'.repeat(MANY),
  'lists on a line': '- '.repeat(MANY),
  'lists by indentation': Array.from({ length: 300 }, (_, at) => `${'  '.repeat(at)}- x`).join('\n'),
  stars: '*'.repeat(MANY),
  'opening stars': '*a '.repeat(MANY),
  'closing stars': 'a* '.repeat(MANY),
  'mixed emphasis': '*a _b **c '.repeat(MANY / 2),
  brackets: '['.repeat(MANY),
  'nested brackets': `${'['.repeat(MANY)}a${']'.repeat(MANY)}`,
  'nested links': `${'['.repeat(MANY)}a${'](b)'.repeat(MANY)}`,
  'half links': '[a]('.repeat(MANY),
  backticks: '`a``b```c'.repeat(MANY / 5),
  dollars: '$a '.repeat(MANY / 2),
  'formulas that never end': '\\( \\['.repeat(MANY / 2),
  tildes: '~~a '.repeat(MANY / 2),
  definitions: Array.from({ length: 2_000 }, (_, at) => `[a${at}]: http://x`).join('\n'),
  notes: Array.from({ length: 2_000 }, (_, at) => `[^${at}]`).join(' '),
  cells: `|${'a|'.repeat(MANY)}\n|${'-|'.repeat(MANY)}`,
  backslashes: '\\a'.repeat(MANY),
  'a long word': 'x'.repeat(MANY * 10),
  'empty lines': '\n'.repeat(MANY),
};

// Without bounds some of these take a minute. Time of this process: a machine that does much else is no mistake.
test.each(Object.entries(hostile))('ten thousand %s cost no more than a text of their length', (_, text) => {
  const before = process.cpuUsage();
  for (const growing of [false, true]) {
    try {
      visibleText(text, growing);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      expect(String(error)).toContain('nested too deep');
    }
  }
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000, 'milliseconds').toBeLessThan(2_000);
});
