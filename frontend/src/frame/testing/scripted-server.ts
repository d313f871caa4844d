/** For tests: a ChatKit server that answers each request type as the test wants, and remembers what it was asked. */
import type { ChatKitOptions } from '@openai/chatkit';
import type { Kept } from '../../bridge/contract';
import { callFunctionAt, sendableOptions } from '../../options/sendable-options';
import type { ThreadEvent } from '../../protocol/types';
import type { ResumableFetchInit } from '../../resumable-fetch/resumable-fetch';
import { Chat } from '../chat';
import type { Host } from '../host';

/** Where the host page of the tests is. */
export const BASE = 'https://host.example/';

type Body = { type: string; params: Record<string, unknown> };
type Answer = (body: Body, signal?: AbortSignal | null) => Response | Promise<Response>;

/** Addresses of runs are written as such ("GET threads/t/run"); a server that is given none has no runs. */
export function scriptedServer(answers: Record<string, Answer>) {
  const asked: Body[] = [];
  const hasRuns = Object.keys(answers).some((path) => path.startsWith('GET '));
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (init?.method === 'GET') {
      const path = String(input).replace(`${BASE}chatkit/`, 'GET ');
      const body = { type: path, params: {} };
      if (!answers[path]) return Response.json({ detail: 'Not Found' }, { status: 404 });
      asked.push(body);
      return answers[path](body, init.signal);
    }
    const body: Body =
      init?.body instanceof File
        ? {
            type: `POST /${String(input).replace(BASE, '')}`,
            params: { file: init.body, ...progressOf(init) },
          }
        : JSON.parse(String(init?.body));
    asked.push(body);
    const answer = answers[body.type];
    if (!answer) return Response.json({ detail: `No ${body.type}.` }, { status: 500 });
    const response = await answer(body, init?.signal);
    if (hasRuns) response.headers.set('X-Request-Id', 'req_1');
    return response;
  };
  return { asked, fetch };
}

/** The progress callback of an upload. */
const progressOf = ({ onSent }: ResumableFetchInit) => ({ onSent });

export function chatOn(
  server: { fetch: typeof globalThis.fetch },
  options: Partial<ChatKitOptions> = {},
  restored?: Kept,
) {
  const emitted: [name: string, detail: unknown][] = [];
  const logged: unknown[] = [];
  const kept: unknown[] = [];
  const invoked: [path: string, args: unknown[]][] = [];
  const host: Host = {
    origin: new URL(BASE).origin,
    fetch: server.fetch,
    emit: (name, detail) => (name === 'log' ? logged.push(detail) : emitted.push([name, detail])),
    fail: (message) => emitted.push(['error', message]),
    misconfigured: (message) => emitted.push(['misconfigured', message]),
    faultOf: async (url) => `No ${url}.`,
    keep: (composer) => kept.push(composer),
    invoke: async (path, ...args) => {
      invoked.push([path, args]);
      return isFunctionAt(path) ? callFunctionAt(all, path, args) : { invoked: path };
    },
  };
  const all: ChatKitOptions = { api: { url: '/chatkit', domainKey: 'local' }, ...options };
  const sent = sendableOptions(all, BASE);
  const isFunctionAt = (path: string) => sent.functions.includes(path);
  return { chat: new Chat(host, sent, restored), emitted, logged, invoked, kept, host };
}

const line = (event: ThreadEvent) => new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`);

export const streamOf = (...events: ThreadEvent[]) =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const event of events) controller.enqueue(line(event));
        controller.close();
      },
    }),
  );

/** A stream the test drives by hand; an abort ends it the way a browser's fetch does. */
export function openStream(signal?: AbortSignal | null) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(started) {
      controller = started;
      signal?.addEventListener('abort', () => started.error(signal.reason));
    },
  });
  return {
    response: new Response(body),
    send: (...events: ThreadEvent[]) => {
      for (const event of events) controller?.enqueue(line(event));
    },
    /** One event with its number. */
    sendNumbered: (event: ThreadEvent, id: number) =>
      controller?.enqueue(new TextEncoder().encode(`id: ${id}\ndata: ${JSON.stringify(event)}\n\n`)),
    end: () => controller?.close(),
    breakOff: () => controller?.error(new TypeError('network')),
  };
}

const at = '2026-11-22T10:00:00Z';
export const threadCalled = (id: string, title?: string) => ({
  id,
  title,
  created_at: at,
  items: { data: [], has_more: false },
});
export const userSaid = (id: string, text: string) =>
  ({
    id,
    thread_id: 't',
    created_at: at,
    type: 'user_message',
    content: [{ type: 'input_text', text }],
  }) as const satisfies object;
export const answered = (id: string, text: string) =>
  ({
    id,
    thread_id: 't',
    created_at: at,
    type: 'assistant_message',
    content: [{ type: 'output_text', text, annotations: [] }],
  }) as const satisfies object;
