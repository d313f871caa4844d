import { expect, test } from 'vitest';
import type { ThreadItem } from '../../protocol/types';
import { answered, userSaid } from '../testing/scripted-server';
import { turnsOf } from './turns';

const thread = [
  userSaid('u1', 'one'),
  answered('a1', 'first'),
  userSaid('u2', 'two'),
  answered('a2', 'second'),
];
const items = thread as unknown as ThreadItem[];

test('a word more in one turn leaves the others the objects they were', () => {
  const before = turnsOf(items);
  const after = turnsOf(
    [...items.slice(0, 3), answered('a2', 'second word') as unknown as ThreadItem],
    before,
  );
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(turnsOf([...items], before)).toEqual(before);
});

test('older items above make no new turns of those below', () => {
  const before = turnsOf(items.slice(2));
  expect(turnsOf(items, before)[1]).toBe(before[0]);
});
