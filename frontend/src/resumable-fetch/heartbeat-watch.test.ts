import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { events, whole } from './faulty-server';
import { HeartbeatWatch } from './heartbeat-watch';
import { createResumableFetch } from './resumable-fetch';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server whose answer thinks for a while, and sends heartbeats; a proxy before it may collect all that is not 4 KB. */
async function thinkingServer({ thinks, collects }: { thinks: number; collects: boolean }) {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://here');
    paths.push(url.pathname);
    request.resume();
    const after = Number(url.searchParams.get('after'));
    if (!url.pathname.endsWith('/events')) due = performance.now() + thinks;
    response.setHeader('X-Heartbeat', String(HEARTBEAT));
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Run-Id': 'run 1' }).flushHeaders();
    const send = collects ? collected(response) : (text: string) => response.write(text);
    if (after < 2) send(events.slice(after, 2).join(''));
    const beat = setInterval(() => send(': ping\n\n'), HEARTBEAT * 1000);
    const end = setTimeout(() => {
      send(`${events.slice(Math.max(after, 2)).join('')}: end\n\n`);
      response.end();
    }, due - performance.now());
    response.on('close', () => {
      clearInterval(beat);
      clearTimeout(end);
    });
  });
  let due = 0;
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { paths, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/chatkit` };
}

const HEARTBEAT = 0.1;

function collected(response: ServerResponse) {
  let held = '';
  const end = response.end.bind(response);
  response.end = (() => end(held)) as typeof response.end;
  return (text: string) => {
    held += text;
    if (held.length < 4096) return;
    response.write(held);
    held = '';
  };
}

const withoutHeartbeats = (text: string) => text.replaceAll(': ping\n\n', '');

test('behind a proxy that collects, a long thought is asked for twice in vain and then waited for', async () => {
  const { url, paths } = await thinkingServer({ thinks: 3_500, collects: true });
  const reported: string[] = [];
  const fetch = createResumableFetch({ onConnection: (change) => reported.push(change) });
  const ask = async () => withoutHeartbeats(await (await fetch(url, { method: 'POST' })).text());
  expect(await ask()).toBe(whole.toString());
  expect(paths).toHaveLength(3);
  expect(await ask()).toBe(whole.toString());
  // What was learnt holds for the next answer, too.
  expect(paths).toHaveLength(4);
  expect(reported).toEqual([]);
}, 30_000);

test('a page that was asleep goes on where it was, on the connection that it has', async () => {
  const { url, paths } = await thinkingServer({ thinks: 1_500, collects: false });
  const answer = createResumableFetch()(url, { method: 'POST' }).then((response) => response.text());
  await vi.waitFor(() => expect(paths).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve, 200));
  // No task runs, as in a frozen tab: what is due and what has arrived meet when it wakes.
  const woken = performance.now() + 1_000;
  while (performance.now() < woken);
  expect(withoutHeartbeats(await answer)).toBe(whole.toString());
  expect(paths).toHaveLength(1);
});

const heartbeat = new TextEncoder().encode(': ping\n\n');

test('heartbeats that come one by one and in time make it impatient again, late or collected ones do not', () => {
  const watch = new HeartbeatWatch();
  const shortest = watch.patience('1');
  watch.gaveUp();
  watch.gaveUp();
  const learnt = watch.patience('1');
  expect(learnt).toBeGreaterThan(4 * shortest);
  const event = new TextEncoder().encode(events[0]);
  const hear = (chunk: Uint8Array, waited: number) => {
    for (let times = 0; times < 9; times++) watch.heard(chunk, waited, '1');
  };
  hear(new Uint8Array([...heartbeat, ...heartbeat]), 2_000);
  hear(new Uint8Array([...event, ...heartbeat]), 1_000);
  hear(event, 10);
  hear(heartbeat, 3_000);
  expect(watch.patience('1')).toBe(learnt);
  hear(heartbeat, 1_000);
  expect(watch.patience('1')).toBe(shortest);
});

test('it never waits for less than two heartbeats, nor for more than 45 seconds because of what it learnt', () => {
  const watch = new HeartbeatWatch();
  expect(watch.patience(null)).toBe(45_000);
  expect(watch.patience('nonsense')).toBe(45_000);
  expect(watch.patience('60')).toBe(120_000);
  for (let times = 0; times < 9; times++) watch.gaveUp();
  expect(watch.patience('1')).toBe(45_000);
  expect(watch.patience('60')).toBe(120_000);
});
