import { expect, test } from 'vitest';
import { siblingUrl } from './sibling-url';

test('runs are beside the API, whichever agent and prefix it has', () => {
  expect(siblingUrl('https://a.example/chatkit', 'x')).toBe('https://a.example/chatkit/x');
  expect(siblingUrl('https://a.example/chatkit/research', 'x')).toBe('https://a.example/chatkit/x');
  expect(siblingUrl('https://a.example/apps/chat/chatkit/', 'x')).toBe(
    'https://a.example/apps/chat/chatkit/x',
  );
  expect(siblingUrl('https://a.example/chatkit/chatkit/research', 'x')).toBe(
    'https://a.example/chatkit/chatkit/x',
  );
});

test('relative addresses stay relative', () => {
  expect(siblingUrl('/chatkit/research', 'x')).toBe('/chatkit/x');
  expect(siblingUrl('chatkit/research', 'x')).toBe('chatkit/x');
  expect(siblingUrl('../chatkit', 'x')).toBe('../chatkit/x');
});

test('an API under another name keeps its whole address, also from the events of a run', () => {
  expect(siblingUrl('/api/talk', 'runs/r/events', 3)).toBe('/api/talk/runs/r/events?after=3');
  expect(siblingUrl('/api/talk/runs/r/events?after=3', 'runs/r/cancel')).toBe('/api/talk/runs/r/cancel');
});

test('the query of the API comes along', () => {
  expect(siblingUrl('/chatkit/research?tenant=a#top', 'x', 7)).toBe('/chatkit/x?tenant=a&after=7');
});
