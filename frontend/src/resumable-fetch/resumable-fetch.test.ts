import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Cut, events, faultyServer, whole } from './faulty-server';
import { createResumableFetch, type ResumableFetchInit } from './resumable-fetch';

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

async function serve(options?: Parameters<typeof faultyServer>[0]) {
  const server = await faultyServer(options);
  opened.push(server);
  const ask = (init: ResumableFetchInit = {}) =>
    createResumableFetch()(server.url, { method: 'POST', body: '{}', ...init });
  const paths = () =>
    server.asked.map(({ method, path }) => `${method} ${path.replace('/apps/chatkit/', '')}`);
  return { ...server, ask, paths };
}

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const breakAt = (...places: number[]): Cut[] => places.map((at) => ({ at, how: 'break' }));
const endOf = (count: number) => Buffer.byteLength(events.slice(0, count).join(''));

describe('an answer over a bad line', () => {
  test('an unbroken answer is read over one connection, byte for byte', async () => {
    const { ask, paths } = await serve();
    const response = await ask();
    expect(response.headers.get('X-Run-Id')).toBe('run 1');
    expect(await bytesOf(response)).toEqual(whole);
    expect(paths()).toEqual(['POST research']);
  });

  test('wherever it breaks, the bytes are those of an unbroken answer', async () => {
    // Every place of the event with emoji in it, and a few others of each kind.
    const places = [0, 1, 3, endOf(1) - 1, endOf(1), endOf(1) + 1, whole.length - 1];
    for (let at = endOf(3); at <= endOf(4) + 2; at++) places.push(at);
    const answers = await Promise.all(
      places.map(async (at) => {
        const { ask } = await serve({ cuts: breakAt(at) });
        return bytesOf(await ask());
      }),
    );
    for (const answer of answers) expect(answer).toEqual(whole);
  });

  test('it goes on from the last whole event, as often as it must', async () => {
    const { ask, paths } = await serve({ cuts: breakAt(endOf(2) + 5, 10, 0, endOf(1)) });
    expect(await bytesOf(await ask())).toEqual(whole);
    expect(paths().slice(0, 4)).toEqual([
      'POST research',
      'GET runs/run%201/events?after=2',
      'GET runs/run%201/events?after=2',
      'GET runs/run%201/events?after=2',
    ]);
  });

  test('a connection that misses two heartbeats is given up at once, and the next one goes on', async () => {
    const { ask, paths } = await serve({ cuts: [{ at: endOf(2) + 9, how: 'hang' }], heartbeat: 0.1 });
    const began = performance.now();
    expect(await bytesOf(await ask())).toEqual(whole);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(paths()).toEqual(['POST research', 'GET runs/run%201/events?after=2']);
  });

  test('half an event is never handed on', async () => {
    const { ask } = await serve({ cuts: [{ at: endOf(2) + 9, how: 'hang' }] });
    const stop = new AbortController();
    const reader = (await ask({ signal: stop.signal })).body?.getReader();
    let read = '';
    while (read.length < endOf(1)) read += Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(events.slice(0, 2).join('').startsWith(read)).toBe(true);
    expect(read.endsWith('\n\n')).toBe(true);
    stop.abort();
  });

  test('a proxy that ends it as if it were whole is found out', async () => {
    const places = [endOf(2) + 4, endOf(4), endOf(2)];
    for (const at of places) {
      const { ask, paths } = await serve({ cuts: [{ at, how: 'end' }] });
      expect(await bytesOf(await ask())).toEqual(whole);
      expect(paths()).toHaveLength(2);
    }
  });

  test('a response that breaks off within its head looks whole and is not', async () => {
    const nothing: Cut = { at: 0, how: 'end' };
    // Behind any event: what came before it may look as if it were all.
    const answers = await Promise.all(
      [1, 2, 6, 7].map(async (count) => {
        const { ask } = await serve({ cuts: [...breakAt(endOf(count)), nothing, nothing] });
        return bytesOf(await ask());
      }),
    );
    for (const answer of answers) expect(answer).toEqual(whole);
  });

  test('a server that never sends its end is believed after a while', async () => {
    const empty: Cut[] = Array(3).fill({ at: 0, how: 'end' });
    const { ask, paths } = await serve({ cuts: [{ at: endOf(7), how: 'end' }, ...empty] });
    expect(await bytesOf(await ask())).toEqual(Buffer.from(events.join('')));
    expect(paths()).toHaveLength(4);
  });

  test('a server that is away for a moment is asked again, with the headers of the first request', async () => {
    const { ask, asked } = await serve({ cuts: breakAt(endOf(1)), refusals: ['refuse', 503] });
    const headers = { Authorization: 'Bearer x', 'Content-Type': 'application/json' };
    expect(await bytesOf(await ask({ headers }))).toEqual(whole);
    expect(asked).toHaveLength(4);
    expect(asked[3]?.headers).toMatchObject({ authorization: 'Bearer x', 'x-chatkit-link': '1' });
    expect(asked[3]?.headers['content-type']).toBeUndefined();
  });

  test('when the network is back it does not wait any longer', async () => {
    const network = new EventTarget();
    vi.stubGlobal('addEventListener', network.addEventListener.bind(network));
    vi.stubGlobal('removeEventListener', network.removeEventListener.bind(network));
    const { ask, asked } = await serve({ cuts: breakAt(endOf(1)), refusals: Array(9).fill('refuse') });
    const answer = bytesOf(await ask());
    const impatient = setInterval(() => network.dispatchEvent(new Event('online')), 10);
    const began = Date.now();
    expect(await answer).toEqual(whole);
    clearInterval(impatient);
    expect(asked).toHaveLength(11);
    expect(Date.now() - began).toBeLessThan(3_000);
    vi.unstubAllGlobals();
  });

  test.each([
    [404, 'not there any more'],
    [410, 'ended a while ago'],
    [401, 'refused (status 401)'],
  ])('an answer that cannot be had (%i) ends with a sentence', async (status, sentence) => {
    const { ask, asked } = await serve({ cuts: breakAt(endOf(1)), refusals: [status] });
    await expect((await ask()).text()).rejects.toThrow(sentence);
    expect(asked).toHaveLength(2);
  });

  test('a connection that is lost for longer than a moment is reported to the page', async () => {
    const reported: string[] = [];
    const onConnection = (connection: string) => reported.push(connection);
    const long = await serve({ cuts: breakAt(endOf(1)), refusals: Array(3).fill('refuse') });
    expect(await bytesOf(await long.ask({ onConnection }))).toEqual(whole);
    expect(reported).toEqual(['lost', 'back']);
    const short = await serve({ cuts: breakAt(endOf(1)) });
    expect(await bytesOf(await short.ask({ onConnection }))).toEqual(whole);
    expect(reported).toHaveLength(2);
  });

  test('the events of a run are followed the same way', async () => {
    const { url, paths } = await serve({ cuts: breakAt(endOf(2) - endOf(1) + 1) });
    const response = await createResumableFetch()(url.replace('research', 'runs/run%201/events?after=1'));
    expect(await bytesOf(response)).toEqual(whole.subarray(endOf(1)));
    expect(paths()[1]).toBe('GET runs/run%201/events?after=2');
  });
});

describe('stop', () => {
  const hanging = { cuts: [{ at: endOf(2), how: 'hang' as const }] };

  test('cancels the run on the server and ends the stream', async () => {
    const { ask, paths } = await serve(hanging);
    const stop = new AbortController();
    const response = await ask({ signal: stop.signal });
    const answer = response.text();
    stop.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    await vi.waitFor(() => expect(paths()).toEqual(['POST research', 'POST runs/run%201/cancel']), 10_000);
  });

  test('while it is reconnecting, too', async () => {
    const { ask, paths } = await serve({ cuts: breakAt(endOf(1)), refusals: Array(99).fill('refuse') });
    const stop = new AbortController();
    const answer = (await ask({ signal: stop.signal })).text();
    await vi.waitFor(() => expect(paths().length).toBeGreaterThan(1), 10_000);
    stop.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    await vi.waitFor(() => expect(paths()).toContain('POST runs/run%201/cancel'), 10_000);
  });

  test('before the server has answered lets go at once, and cancels when the run is known', async () => {
    const { ask, paths } = await serve(hanging);
    const stop = new AbortController();
    const response = ask({ signal: stop.signal });
    stop.abort();
    await expect(response).rejects.toMatchObject({ name: 'AbortError' });
    await vi.waitFor(() => expect(paths()).toContain('POST runs/run%201/cancel'), 10_000);
  });

  test('after the end has nothing to cancel', async () => {
    const { ask, paths } = await serve();
    const stop = new AbortController();
    await (await ask({ signal: stop.signal })).text();
    stop.abort();
    expect(paths()).toEqual(['POST research']);
  });

  test('a reader who only leaves does not stop the answer', async () => {
    const { ask, paths } = await serve(hanging);
    const body = (await ask()).body;
    await body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(paths()).toEqual(['POST research']);
  });
});

test('a response without a run passes untouched, but for the header', async () => {
  const { url, asked } = await serve();
  const response = await createResumableFetch()(url.replace('research', 'json'), { method: 'POST' });
  expect(await response.json()).toEqual({ ok: true });
  expect(asked[0]?.headers['x-chatkit-link']).toBe('1');
});

test('all requests are made by the fetch that is given', async () => {
  const { url } = await serve({ cuts: breakAt(endOf(1)) });
  const made: string[] = [];
  const own: typeof fetch = (input, init) => {
    made.push(String(input).replace(/.*chatkit\//, ''));
    return fetch(input, init);
  };
  await (await createResumableFetch({ fetch: own })(url, { method: 'POST' })).text();
  expect(made).toEqual(['research', 'runs/run%201/events?after=1']);
});

describe('a server that may be of another make', () => {
  const marks = (asked: { headers: Record<string, unknown> }[]) =>
    asked.map(({ headers }) => headers['x-chatkit-link'] ?? null);

  test('gets no header of ours before it has shown that it has runs', async () => {
    const { url, asked } = await serve();
    const fetch = createResumableFetch({ unsure: true });
    const send = async () => bytesOf(await fetch(url, { method: 'POST', body: '{}' }));
    expect(await send()).toEqual(whole);
    await send();
    expect(marks(asked)).toEqual([null, '1']);
    expect(asked[0]?.headers['x-time-zone']).toBeUndefined();
  });

  test('is asked to stop and to go on nevertheless, once its response shows a run', async () => {
    const { url, paths } = await serve({
      cuts: [
        { at: endOf(2), how: 'break' },
        { at: 40, how: 'hang' },
      ],
    });
    const stop = new AbortController();
    const fetch = createResumableFetch({ unsure: true });
    const reader = (await fetch(url, { method: 'POST', body: '{}', signal: stop.signal })).body?.getReader();
    await reader?.read();
    await vi.waitFor(() => expect(paths()).toContain('GET runs/run%201/events?after=2'), 10_000);
    stop.abort();
    await vi.waitFor(() => expect(paths()).toContain('POST runs/run%201/cancel'), 10_000);
  });
});

test('around another resumable fetch, only the inner one goes on and stops', async () => {
  const { url, paths } = await serve({ cuts: [{ at: endOf(2), how: 'hang' }] });
  const stop = new AbortController();
  const fetch = createResumableFetch({ fetch: createResumableFetch() });
  const response = await fetch(url, { method: 'POST', body: '{}', signal: stop.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  stop.abort();
  await expect(reader?.read()).rejects.toMatchObject({ name: 'AbortError' });
  await vi.waitFor(() => expect(paths()).toContain('POST runs/run%201/cancel'), 10_000);
  expect(paths()).toEqual(['POST research', 'POST runs/run%201/cancel']);
});
