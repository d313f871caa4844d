// @vitest-environment jsdom
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { sendWithProgress } from './send-with-progress';

const cors = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' };
let close = () => {};
afterEach(() => close());

/** A server that takes uploads and reports what it got; "/full" refuses them. */
async function server(): Promise<string> {
  const bodyOf = async (request: IncomingMessage) => {
    let size = 0;
    for await (const chunk of request) size += chunk.length;
    return size;
  };
  const listening = createServer(async (request, response) => {
    if (request.method === 'OPTIONS') return response.writeHead(204, cors).end();
    if (request.url === '/never') return;
    const size = await bodyOf(request);
    const status = request.url === '/full' ? 413 : 200;
    const got = { method: request.method, size, mark: request.headers['x-mark'], detail: 'Too large.' };
    return response
      .writeHead(status, { ...cors, 'Content-Type': 'application/json' })
      .end(JSON.stringify(got));
  });
  await new Promise<void>((resolve) => {
    listening.listen(0, '127.0.0.1', resolve);
  });
  close = () => {
    listening.closeAllConnections();
    listening.close();
  };
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

test('the bytes arrive with their method and headers, and their progress is reported', async () => {
  const progress: number[] = [];
  const body = 'x'.repeat(200_000);
  const response = await sendWithProgress(
    `${await server()}/`,
    { method: 'PUT', headers: { 'X-Mark': 'm' }, body },
    (part) => progress.push(part),
  );
  expect(await response.json()).toMatchObject({ method: 'PUT', size: 200_000, mark: 'm' });
  expect(response.headers.get('Content-Type')).toBe('application/json');
  expect(progress.at(-1)).toBe(1);
});

test('a refusal is a response', async () => {
  const response = await sendWithProgress(`${await server()}/full`, { body: 'x' }, () => {});
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ detail: 'Too large.' });
});

test('it can be given up, and fails like fetch without a network', async () => {
  const stop = new AbortController();
  const address = await server();
  const sent = sendWithProgress(`${address}/never`, { body: 'x', signal: stop.signal }, () => {});
  stop.abort();
  await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  close();
  await expect(sendWithProgress(`${address}/`, { body: 'x' }, () => {})).rejects.toThrow('Failed to fetch');
});
