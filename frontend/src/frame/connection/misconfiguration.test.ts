import { expect, test, vi } from 'vitest';
import type { Host } from '../host';
import { explaining } from './misconfiguration';

const create = { type: 'threads.create', params: { input: { attachments: [] } } };

/** The sentences that a page gets for what its server answers, one request after the other. */
async function reportedFor(answers: (() => Response)[], asked: unknown = create, made: string[] = []) {
  const reported: string[] = [];
  const logged: unknown[] = [];
  const host = {
    misconfigured: (message: string) => reported.push(message),
    faultOf: async (url: string) => `${url} does not answer.`,
    emit: (_: string, detail: unknown) => logged.push(detail),
  } as unknown as Host;
  const waiting = [...answers];
  const fetch = explaining(async () => waiting.shift()?.() as Response, {
    host,
    url: '/chatkit',
    base: 'https://shop.example/',
    hasMade: (id) => made.includes(id),
  });
  const responses: (Response | null)[] = [];
  for (const _ of answers) {
    const response = await fetch('/chatkit', { method: 'POST', body: JSON.stringify(asked) }).catch(
      () => null,
    );
    await response?.clone().text();
    responses.push(response);
  }
  return { reported, logged, responses };
}

const html = (status = 200) =>
  new Response('<!doctype html>', { status, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
const problem = (status: number, body: object) => Response.json(body, { status });
const lost = () => {
  throw new TypeError('Failed to fetch');
};

test('an address that is not one of a ChatKit server is named, however it answers', async () => {
  for (const answer of [
    () => html(),
    () => html(404),
    () => problem(404, { detail: 'Not Found' }),
    () => problem(405, { detail: 'Method Not Allowed' }),
    () => new Response('Cannot POST /chatkit', { status: 404 }),
  ]) {
    const { reported } = await reportedFor([answer]);
    expect(reported).toEqual([
      expect.stringMatching(/^https:\/\/shop\.example\/chatkit answered with .*ends in \/chatkit/),
    ]);
  }
});

test('the reason of the server is passed on where it has one for the developer', async () => {
  const agent = { code: 'not_found', detail: 'There is no agent "x".' };
  expect((await reportedFor([() => problem(404, agent)])).reported).toEqual([
    expect.stringContaining('There is no agent "x".'),
  ]);
  const origin = { detail: 'A page of another site sent this. List its origin in CHATKIT_LINK_ORIGINS.' };
  expect((await reportedFor([() => problem(403, origin)])).reported).toEqual([origin.detail]);
});

test('what a user can meet on a server that is set up well is no misconfiguration', async () => {
  const asked = { type: 'threads.get_by_id', params: { thread_id: 't' } };
  const gone = () => problem(404, { code: 'not_found', detail: 'There is no such thread.' });
  const other = () => problem(404, { detail: 'Thread not found' });
  const busy = () => problem(429, { code: 'rate_limited', detail: 'Later.' });
  const broken = () => html(502);
  expect((await reportedFor([gone, other, busy, broken], asked)).reported).toEqual([]);
});

test('a thread that this page has made and the server does not know is a user who was not recognised', async () => {
  const asked = { type: 'threads.add_user_message', params: { thread_id: 't' } };
  const noFile = () => problem(404, { code: 'attachment_not_found', detail: 'There is no such attachment.' });
  expect((await reportedFor([noFile], asked, ['t'])).reported).toEqual([]);
  for (const code of ['thread_not_found', undefined]) {
    const gone = () => problem(404, { code, detail: 'There is no such thread.' });
    const { reported } = await reportedFor([gone], asked, ['t']);
    expect(reported).toEqual([expect.stringContaining('each request is one of a new user')]);
  }
});

test('a server that cannot be reached is explained until it has answered once, and taken back then', async () => {
  const ok = () => Response.json({});
  const { reported } = await reportedFor([lost, lost, ok, lost]);
  expect(reported).toEqual(['https://shop.example/chatkit does not answer.', '']);
});

test('what a fetch of the page throws by itself is passed on', async () => {
  const thrown = () => {
    throw new TypeError('Error: No token.');
  };
  expect((await reportedFor([thrown])).reported).toEqual(['api.fetch failed: Error: No token.']);
});

const events = (count: number) =>
  new TextEncoder().encode(Array.from({ length: count }, (_, at) => `id: ${at}\ndata: {}\n\n`).join(''));
const stream = (body: BodyInit) => new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });

test('an answer that a proxy holds back is logged with its seconds, and arrives unchanged', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  const late = () => {
    now += 8_000;
    return stream(events(6));
  };
  const { logged, responses } = await reportedFor([late]);
  expect(logged).toEqual([{ name: 'connection.held_back', data: { seconds: 8 } }]);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('proxy_buffering off'));
  expect(new Uint8Array((await responses[0]?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(events(6));
  warn.mockClear();
  expect((await reportedFor([() => stream(events(6))])).logged).toEqual([]);
  expect(warn).not.toHaveBeenCalled();
  clock.mockRestore();
  warn.mockRestore();
});
