/** For tests: a real server on a real socket that keeps one answer and cuts its connections at given places. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Asked = { method: string; path: string; headers: IncomingMessage['headers'] };
/** What happens after so many bytes of one connection: broken off, ended as if it were whole, or kept idle. */
export type Cut = { at: number; how: 'break' | 'end' | 'hang' };

export const event = (id: number, data: unknown) => `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

const delta = (text: string) => ({ type: 'thread.item.updated', item_id: 'a', update: { delta: text } });

/** An answer with everything that could be cut badly: umlauts, emoji, "id: 9" in a text, a heartbeat's words. */
export const events = [
  event(1, { type: 'thread.created', thread: { id: 't' } }),
  event(2, { type: 'thread.item.added', item: { id: 'a', text: 'ä'.repeat(40) } }),
  ...['Grüße ', '🎉 ', 'id: 9\n\ndata: {}', ' — and 終わり'].map((text, at) => event(at + 3, delta(text))),
  event(7, { type: 'thread.item.done', item: { id: 'a' } }),
];
const END = ': end\n\n';
export const whole = Buffer.from(events.join('') + END);

type Options = {
  /** One for each connection in turn; without one the rest is sent and ended. */
  cuts?: Cut[];
  /** Answers to tries at reconnecting, in turn, before one succeeds; "refuse" closes the socket. */
  refusals?: (number | 'refuse')[];
  /** Seconds between heartbeats, as it states them; it sends none. */
  heartbeat?: number;
};

export async function faultyServer({ cuts = [], refusals = [], heartbeat }: Options = {}) {
  const asked: Asked[] = [];
  const cutting = [...cuts];
  const refusing = [...refusals];

  const send = (response: ServerResponse, bytes: Buffer) => {
    if (heartbeat) response.setHeader('X-Heartbeat', String(heartbeat));
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Run-Id': 'run 1' });
    response.flushHeaders();
    const cut = cutting.shift();
    response.write(bytes.subarray(0, cut?.at), () => {
      if (!cut || cut.how === 'end') response.end();
      if (cut?.how === 'break') response.destroy();
    });
  };

  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push({ method: request.method ?? '', path, headers: request.headers });
    request.resume();
    const { pathname, searchParams } = new URL(path, 'http://here');
    if (pathname.endsWith('/cancel')) return response.end('{}');
    if (pathname.endsWith('/json')) return response.end('{"ok":true}');
    if (!pathname.endsWith('/events')) return send(response, whole);
    const refusal = refusing.shift();
    if (refusal === 'refuse') return response.destroy();
    if (refusal) return response.writeHead(refusal).end('{}');
    return send(response, Buffer.from(events.slice(Number(searchParams.get('after'))).join('') + END));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    url: `http://127.0.0.1:${port}/apps/chatkit/research`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}
