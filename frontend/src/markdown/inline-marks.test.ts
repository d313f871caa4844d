import { expect, test } from 'vitest';
import { MARK_TAG, marksAsElements } from './inline-marks';

const ASTRONAUT = '\u{1F469}\u200D\u{1F680}';

test.each([
  ['a\uE2003\uE201b', 'a[3]', 'b'],
  ['As said.\uE2001\uE201\uE2002\uE201 More', 'As said', '.[1][2]', ' More'],
  ['\uE2001\uE201', '[1]'],
  ['cafe\u0301\uE2001\uE201', 'caf', 'e\u0301[1]'],
  [`${ASTRONAUT}\uE2001\uE201`, ASTRONAUT, '[1]'],
])('a mark becomes an element that keeps to the letter before it: %s', (text, ...expected) => {
  const tree: Parameters<ReturnType<typeof marksAsElements>>[0] = {
    type: 'root',
    children: [{ type: 'text', value: text }],
  };
  marksAsElements()(tree);
  const textOf = (node: typeof tree): string =>
    node.tagName === MARK_TAG
      ? `[${(node.properties as { number: string }).number}]`
      : (node.value ?? (node.children ?? []).map(textOf).join(''));
  expect((tree.children ?? []).map(textOf)).toEqual(expected);
});
