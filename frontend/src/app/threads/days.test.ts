import { expect, test } from 'vitest';
import { byDay } from './days';
import type { ListedThread } from './history-api';

const NOW = new Date(2026, 10, 30, 15, 0);
const used = (...parts: [number, number, number, number?, number?]): ListedThread => ({
  id: parts.join('-'),
  title: null,
  created_at: '',
  last_activity: new Date(...(parts as [number, number, number])).toISOString(),
  pinned_at: null,
});
const names = (threads: ListedThread[], locale = 'en') =>
  byDay(threads, locale, 'Previous 7 days', NOW).map(({ name, threads: { length } }) => `${name}: ${length}`);

test('threads stand below the day, the week or the month in which they were last used', () => {
  const threads = [
    used(2026, 10, 30, 14, 59),
    used(2026, 10, 30, 0, 0),
    used(2026, 10, 29, 23, 59),
    used(2026, 10, 28),
    used(2026, 10, 23),
    used(2026, 10, 22),
    used(2026, 9, 1),
    used(2025, 11, 31),
  ];
  expect(names(threads)).toEqual([
    'Today: 2',
    'Yesterday: 1',
    'Previous 7 days: 2',
    'November: 1',
    'October: 1',
    'December 2025: 1',
  ]);
});

test('days are named in the language of the page', () => {
  expect(names([used(2026, 10, 30), used(2026, 10, 29), used(2026, 8, 1)], 'de')).toEqual([
    'Heute: 1',
    'Gestern: 1',
    'September: 1',
  ]);
});

test('a clock that is behind the server makes no day of tomorrow', () => {
  expect(names([used(2026, 11, 1, 1)])).toEqual(['Today: 1']);
});
