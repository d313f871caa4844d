import { expect, test, vi } from 'vitest';
import { apiBase, createLinkFetch } from './link-fetch';

const stream = (run?: string) =>
  new Response(new ReadableStream(), { headers: run ? { 'X-Run-Id': run } : {} });

test('the run addresses start where the API does, also under a prefix', () => {
  expect(apiBase('https://a.example/chatkit/research')).toBe('https://a.example/chatkit');
  expect(apiBase('https://a.example/apps/chat/chatkit')).toBe('https://a.example/apps/chat/chatkit');
  expect(apiBase('https://a.example/chatkit/chatkit/research')).toBe('https://a.example/chatkit/chatkit');
});

test('each request is marked as coming from this page', async () => {
  const fetch = vi.fn(async () => stream());
  await createLinkFetch('https://a.example/chatkit', fetch)('https://a.example/chatkit', { method: 'POST' });
  const [, init] = fetch.mock.calls[0] as unknown as [string, RequestInit];
  expect(new Headers(init.headers).get('X-ChatKit-Link')).toBe('1');
});

test('stopping an answer cancels its run on the server', async () => {
  const fetch = vi.fn(async () => stream('run 1'));
  const stop = new AbortController();
  await createLinkFetch('https://a.example/chatkit/research', fetch)('https://a.example/chatkit/research', {
    signal: stop.signal,
  });
  stop.abort();
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(2));
  expect(fetch.mock.calls[1]).toMatchObject([
    'https://a.example/chatkit/runs/run%201/cancel',
    { method: 'POST' },
  ]);
});

test('who stops before the server has answered is let go at once, and the run is cancelled when it is known', async () => {
  let answer = (_: Response) => {};
  const fetch = vi.fn(
    () =>
      new Promise<Response>((resolve) => {
        answer = resolve;
      }),
  );
  const stop = new AbortController();
  const response = createLinkFetch('https://a.example/chatkit', fetch)('https://a.example/chatkit', {
    signal: stop.signal,
  });
  stop.abort();
  await expect(response).rejects.toMatchObject({ name: 'AbortError' });
  expect(fetch).toHaveBeenCalledTimes(1);
  answer(stream('late'));
  await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(2));
});

test('requests without a run are only aborted', async () => {
  const fetch = vi.fn(async () => stream());
  const stop = new AbortController();
  await createLinkFetch('https://a.example/chatkit', fetch)('https://a.example/chatkit', {
    signal: stop.signal,
  });
  stop.abort();
  await Promise.resolve();
  expect(fetch).toHaveBeenCalledTimes(1);
});
