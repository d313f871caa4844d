import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Announcer } from './announcer';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.stubGlobal('cancelAnimationFrame', () => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What has been said so far, by an announcer that `act` uses. */
function listen() {
  const announcer = new Announcer();
  const heard: string[] = [];
  let last = 0;
  announcer.said.subscribe(() => {
    for (const { id, text } of announcer.said.value) if (id > last) heard.push(text);
    last = announcer.said.value.at(-1)?.id ?? last;
  });
  return { announcer, heard };
}

test('the first words are said at once, what comes soon after them together', () => {
  const { announcer, heard } = listen();
  announcer.say('One.');
  vi.advanceTimersByTime(10);
  announcer.say('Two.');
  announcer.say('Three.');
  vi.advanceTimersByTime(500);
  expect(heard).toEqual(['One.']);
  vi.advanceTimersByTime(600);
  expect(heard).toEqual(['One.', 'Two. Three.']);
});

test('of states, only the newest is said, seldom and not twice', () => {
  const { announcer, heard } = listen();
  announcer.state('Working');
  vi.advanceTimersByTime(100);
  announcer.state('Searching for ferns');
  announcer.state('Searching for moss');
  announcer.state('Working');
  announcer.state('Reading');
  vi.advanceTimersByTime(4_000);
  expect(heard).toEqual(['Working']);
  vi.advanceTimersByTime(2_000);
  announcer.state('Reading');
  vi.advanceTimersByTime(10_000);
  expect(heard).toEqual(['Working', 'Reading']);
});

test('words that come take the place of the state that waits, and the next answer has its own', () => {
  const { announcer, heard } = listen();
  announcer.state('Working');
  announcer.say('Here it is.');
  announcer.endState();
  vi.advanceTimersByTime(10_000);
  announcer.state('Working');
  vi.advanceTimersByTime(10_000);
  expect(heard).toEqual(['Here it is.', 'Working']);
});

test('nothing is left to be found by who reads through the page later', () => {
  const { announcer } = listen();
  announcer.say('One.');
  vi.advanceTimersByTime(1_000);
  expect(announcer.said.value).toHaveLength(1);
  vi.advanceTimersByTime(20_000);
  expect(announcer.said.value).toEqual([]);
});
