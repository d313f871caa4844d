// @vitest-environment jsdom
import { expect, test, vi } from 'vitest';
import { fetchOverPort } from './fetch-over-port';
import { HELLO, PORT, portOfHost } from './handshake';
import { serveRequest } from './serve-request';

/** The two ends of the bridge, with the host page's fetch behind it. */
const over = (fetch: typeof globalThis.fetch) =>
  fetchOverPort((request, port) => void serveRequest(fetch, request, port));

test('a request of the frame is made by the host page, with its method, headers and body', async () => {
  const fetch = vi.fn(async () => new Response('{"ok":true}', { status: 201, headers: { 'X-Run-Id': 'r' } }));
  const response = await over(fetch)('https://a.example/chatkit', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect(response.status).toBe(201);
  expect(response.headers.get('X-Run-Id')).toBe('r');
  expect(await response.json()).toEqual({ ok: true });
  expect(fetch).toHaveBeenCalledWith(
    'https://a.example/chatkit',
    expect.objectContaining({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }),
  );
});

test('a page can spread, change and list the headers that its fetch is given', async () => {
  const seen: Headers[] = [];
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    expect(typeof url).toBe('string');
    seen.push(new Headers({ ...init.headers, 'X-User-Id': 'u1' } as Record<string, string>));
    seen.push(new Headers({ ...init.headers, 'Content-Type': 'application/json' } as Record<string, string>));
    seen.push(new Headers(Object.entries(init.headers ?? {})));
    return new Response('ok');
  };
  const headers = { 'content-type': 'application/json', Accept: 'text/event-stream', 'X-Time-Zone': 'UTC' };
  await over(fetch)(new URL('https://a.example/chatkit'), { method: 'POST', headers, body: '{}' });
  const sent = { accept: 'text/event-stream', 'content-type': 'application/json', 'x-time-zone': 'UTC' };
  expect(seen.map((one) => Object.fromEntries(one))).toEqual([{ ...sent, 'x-user-id': 'u1' }, sent, sent]);
});

test('an answer crosses piece by piece, not only when it is complete', async () => {
  let send = (_: string) => {};
  let close = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      send = (text) => controller.enqueue(new TextEncoder().encode(text));
      close = () => controller.close();
    },
  });
  const response = await over(async () => new Response(body))('https://a.example/');
  const reader = response.body?.getReader();
  send('first');
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first');
  send('second');
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('second');
  close();
  expect((await reader?.read())?.done).toBe(true);
});

test('stopping in the frame aborts the request on the host page', async () => {
  let signal: AbortSignal | null | undefined;
  const fetch: typeof globalThis.fetch = async (_, init) => {
    signal = init?.signal;
    return new Response(
      new ReadableStream({
        start(controller) {
          init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason));
        },
      }),
    );
  };
  const stop = new AbortController();
  const response = await over(fetch)('https://a.example/', { signal: stop.signal });
  const reading = response.text();
  stop.abort();
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  await vi.waitFor(() => expect(signal?.aborted).toBe(true), 10_000);
});

test('stopping does not wait for a host page whose fetch does not listen', async () => {
  const deaf: typeof globalThis.fetch = async () => new Response(new ReadableStream());
  const stop = new AbortController();
  const response = await over(deaf)('https://a.example/', { signal: stop.signal });
  const reading = response.text();
  stop.abort();
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
});

test('a network error on the host page is a network error in the frame', async () => {
  const fetch = over(() => Promise.reject(new TypeError('Failed to fetch')));
  await expect(fetch('https://a.example/')).rejects.toBeInstanceOf(TypeError);
  const signedOut = over(() => Promise.reject(new Error('No token.')));
  await expect(signedOut('https://a.example/')).rejects.toThrow('Error: No token.');
});

test('only the page around the frame can hand it a port, and gets no more than one word before', async () => {
  const postMessage = vi.spyOn(window.parent, 'postMessage').mockImplementation(() => {});
  const { port1: forged } = new MessageChannel();
  const { port1: real } = new MessageChannel();
  const { contentWindow: otherWindow } = document.body.appendChild(document.createElement('iframe'));
  const post = (data: unknown, source: Window | null, ports: MessagePort[]) =>
    dispatchEvent(new MessageEvent('message', { data, source, ports, origin: 'https://shop.example' }));
  const port = portOfHost();
  expect(postMessage.mock.calls).toEqual([[HELLO, '*']]);
  post(PORT, otherWindow, [forged]);
  post(PORT, null, [forged]);
  post('chatkit-link:other', window.parent, [forged]);
  post(PORT, window.parent, []);
  post(PORT, window.parent, [real]);
  expect(await port).toEqual({ port: real, origin: 'https://shop.example' });
});
