import { expect, test } from 'vitest';
import { besideApi } from './address';

test('runs are beside the API, whichever agent and prefix it has', () => {
  expect(besideApi('https://a.example/chatkit', 'x')).toBe('https://a.example/chatkit/x');
  expect(besideApi('https://a.example/chatkit/research', 'x')).toBe('https://a.example/chatkit/x');
  expect(besideApi('https://a.example/apps/chat/chatkit/', 'x')).toBe(
    'https://a.example/apps/chat/chatkit/x',
  );
  expect(besideApi('https://a.example/chatkit/chatkit/research', 'x')).toBe(
    'https://a.example/chatkit/chatkit/x',
  );
});

test('relative addresses stay relative', () => {
  expect(besideApi('/chatkit/research', 'x')).toBe('/chatkit/x');
  expect(besideApi('chatkit/research', 'x')).toBe('chatkit/x');
  expect(besideApi('../chatkit', 'x')).toBe('../chatkit/x');
});

test('an API under another name keeps its whole address, also from the events of a run', () => {
  expect(besideApi('/api/talk', 'runs/r/events', 3)).toBe('/api/talk/runs/r/events?after=3');
  expect(besideApi('/api/talk/runs/r/events?after=3', 'runs/r/cancel')).toBe('/api/talk/runs/r/cancel');
});

test('the query of the API comes along', () => {
  expect(besideApi('/chatkit/research?tenant=a#top', 'x', 7)).toBe('/chatkit/x?tenant=a&after=7');
});
