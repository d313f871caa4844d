/*
 * For tests: the server of one thread, "t", that keeps versions, lets messages wait and shares. It does what the HTTP
 * API's reference says and refuses what that refuses, and nothing is answered before the test says so: `write` adds
 * words to the answer that is being written, `finish` ends it.
 */
import type { BranchPlace, QueuedMessage, Share } from '../../protocol/thread-extras';
import type { ThreadEvent, ThreadItem, UserContent } from '../../protocol/types';

type Body = {
  type?: string;
  params?: Record<string, unknown>;
  metadata?: { chatkit_link?: { edits?: string; queue?: boolean } };
} & Record<string, unknown>;
type Run = {
  id: string;
  question: string;
  answer: string | null;
  retried: string | null;
  status: 'running' | 'completed' | 'cancelled';
  events: ThreadEvent[];
  readers: Set<ReadableStreamDefaultController<Uint8Array>>;
};
type Kept = { item: ThreadItem; parent: string | null };
type Input = { content: UserContent[]; attachments: string[]; quoted_text?: string | null };

export type Strategy = 'enqueue' | 'reject' | 'interrupt' | 'rollback';

const encoded = (event: ThreadEvent) => new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`);

export class ThreadServer {
  strategy: Strategy = 'enqueue';
  /** What is begun by itself when an answer has ended; tests may do it later. */
  beginsNext = true;
  queue: (QueuedMessage & { input: Input })[] = [];
  shares: (Share & { until: string | null; attachments: boolean })[] = [];
  title = 'A thread';
  /** How many items come at once. */
  pageSize = 100;
  /** What was asked of it: "GET threads/t/queue", and the type of a ChatKit request. */
  readonly asked: string[] = [];
  #kept = new Map<string, Kept>();
  #leaf: string | null = null;
  #runs: Run[] = [];
  #ids = 0;

  /** `turns`: the questions and answers that are there from the beginning. */
  constructor(...turns: [question: string, answer: string][]) {
    for (const [question, answer] of turns) {
      this.#add({ type: 'user_message', content: [{ type: 'input_text', text: question }] });
      this.#add({
        type: 'assistant_message',
        content: [{ type: 'output_text', text: answer, annotations: [] }],
      });
    }
  }

  get run(): Run | null {
    return this.#runs.find(({ status }) => status === 'running') ?? null;
  }

  /** The thread as a client without branches sees it. */
  get path(): ThreadItem[] {
    const path: ThreadItem[] = [];
    for (let at = this.#leaf; at; at = this.#kept.get(at)?.parent ?? null)
      path.unshift((this.#kept.get(at) as Kept).item);
    return path;
  }

  /** The names of versions that are not displayed may be others than their ids. */
  get branches(): BranchPlace[] {
    return this.path
      .map(({ id }) => {
        const versions = this.#childrenOf(this.#kept.get(id)?.parent ?? null);
        return { item_id: id, siblings: versions.map((one) => (one === id ? id : `${one}~1`)) };
      })
      .filter(({ siblings }) => siblings.length > 1);
  }

  write(text: string) {
    const run = this.run as Run;
    const content = [{ type: 'output_text' as const, text: '', annotations: [] }];
    if (!run.answer) {
      run.answer = this.#add({ type: 'assistant_message', content });
      this.#send(run, { type: 'thread.item.added', item: this.#itemOf(run.answer) });
    }
    const item = this.#itemOf(run.answer) as Extract<ThreadItem, { type: 'assistant_message' }>;
    const before = item.content[0]?.text ?? '';
    const whole = {
      ...item,
      content: [{ type: 'output_text' as const, text: before + text, annotations: [] }],
    };
    this.#kept.set(item.id, { ...(this.#kept.get(item.id) as Kept), item: whole });
    const update = {
      type: 'assistant_message.content_part.text_delta',
      content_index: 0,
      delta: text,
    } as const;
    this.#send(run, { type: 'thread.item.updated', item_id: item.id, update });
  }

  finish(text = '') {
    if (text) this.write(text);
    this.#end('completed');
    if (this.beginsNext) this.next();
  }

  /** Begins with what waits. */
  next() {
    const first = this.queue.shift();
    if (first) this.#answer(this.#add(userMessage(first.input)));
  }

  fetch: typeof globalThis.fetch = async (input, init) => {
    const path = String(input).replace(/^.*\/chatkit\/?/, '');
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : null;
    const method = init?.method ?? 'GET';
    this.asked.push(path ? `${method} ${path}` : body.type);
    const response = this.handle(method, path, body, init?.signal);
    response.headers.set('X-Request-Id', 'req_1');
    return response;
  };

  /** `path` is that below /chatkit, "" for the API itself. */
  handle(method: string, path: string, body: Body | null, signal?: AbortSignal | null): Response {
    if (path === '') return this.#operation(body as Body, signal);
    const [, what = '', id = '', action = ''] =
      /^threads\/t\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? [];
    if (path.startsWith('runs/'))
      return this.#stream(this.#runs.find((run) => path.includes(run.id)) as Run, signal);
    if (what === 'run' && method === 'GET') return Response.json(this.#runState());
    if (what === 'branches') return this.#branches(method, body);
    if (what === 'queue') return this.#queued(method, id, action, body);
    if (what === 'shares') return this.#shared(method, id, body);
    return refused(404);
  }

  #operation({ type, params = {}, metadata }: Body, signal?: AbortSignal | null): Response {
    if (type === 'threads.create')
      return this.#stream(this.#answer(this.#add(userMessage(params.input as Input)), true), signal);
    if (params.thread_id !== 't') return refused(404);
    switch (type) {
      case 'threads.get_by_id':
        return Response.json({ id: 't', title: this.title, created_at: AT, items: this.#newest() });
      case 'items.list':
        return this.#list(params.after as string | undefined);
      case 'threads.add_user_message':
        return this.#message(params.input as Input, metadata?.chatkit_link ?? {}, signal);
      case 'threads.retry_after_item':
        if (this.run) return refused(409);
        if (!this.path.some(({ id }) => id === params.item_id)) return refused(404);
        this.#leaf = params.item_id as string;
        return this.#stream(this.#answer(this.#leaf, false, true), signal);
      default:
        return refused(400);
    }
  }

  #message(
    input: Input,
    { edits, queue }: { edits?: string; queue?: boolean },
    signal?: AbortSignal | null,
  ): Response {
    if (edits !== undefined && this.run) return refused(409);
    if (this.run) {
      if (!queue || this.strategy === 'reject') return refused(409);
      if (this.strategy === 'enqueue') {
        const text = input.content.map((part) => part.text).join('');
        const queued = { id: `q${++this.#ids}`, text, created_at: AT };
        this.queue.push({ ...queued, input });
        return Response.json({ queued }, { status: 202 });
      }
      const { question } = this.run;
      this.#end('cancelled');
      if (this.strategy === 'rollback') this.#leaf = this.#kept.get(question)?.parent ?? null;
    }
    if (edits !== undefined) {
      const edited = this.path.find((item) => item.id === edits && item.type === 'user_message');
      if (!edited) return refused(404);
      this.#leaf = this.#kept.get(edits)?.parent ?? null;
    }
    return this.#stream(this.#answer(this.#add(userMessage(input))), signal);
  }

  #branches(method: string, body: Body | null): Response {
    if (method === 'GET') return Response.json({ branches: this.branches });
    if (method !== 'POST') return refused(405);
    if (this.run) return refused(409);
    const to = body?.item_id as string;
    if (!this.branches.some(({ siblings }) => siblings.includes(to))) return refused(404);
    this.#leaf = this.#newestLeafOf(to.replace('~1', ''));
    return Response.json({ branches: this.branches });
  }

  /** Each answers with the list as it is then. */
  #queued(method: string, id: string, action: string, body: Body | null): Response {
    const list = () => Response.json({ queued: this.queue.map(({ input: _, ...message }) => message) });
    if (!id) return method === 'GET' ? list() : refused(405);
    const at = this.queue.findIndex((message) => message.id === id);
    const message = this.queue[at];
    if (!message) return refused(404);
    if (method === 'PATCH') {
      const text = body?.text;
      if (typeof text !== 'string' || !text.trim()) return refused(422);
      const input = { ...message.input, content: [{ type: 'input_text' as const, text }] };
      this.queue[at] = { ...message, text, input };
      return list();
    }
    if (method !== 'DELETE' && action !== 'send') return refused(405);
    this.queue.splice(at, 1);
    if (method === 'DELETE') return list();
    this.queue = [message, ...this.queue].map((one) => ({ ...one, held: false }));
    if (this.run) this.#end('cancelled');
    this.next();
    return list();
  }

  /** The address of a link is known only when it is made. */
  #shared(method: string, id: string, body: Body | null): Response {
    if (method === 'GET') return Response.json({ shares: this.shares });
    if (method === 'DELETE') {
      if (!this.shares.some((share) => share.id === id)) return refused(404);
      this.shares = this.shares.filter((share) => share.id !== id);
      return new Response(null, { status: 204 });
    }
    const { until, expires_in, attachments } = body as {
      until?: string;
      expires_in?: number;
      attachments?: boolean;
    };
    if (typeof attachments !== 'boolean') return refused(422);
    if (until !== undefined && !this.path.some((item) => item.id === until)) return refused(404);
    const share = {
      id: `s${++this.#ids}`,
      created_at: AT,
      expires_at: expires_in ? new Date(Date.parse(AT) + expires_in * 1000).toISOString() : null,
      until: until ?? this.path.at(-1)?.id ?? null,
      attachments,
    };
    this.shares.push(share);
    return Response.json({ ...share, url: `https://chat.example/shared/${share.id}` }, { status: 201 });
  }

  #runState() {
    const { run } = this;
    const last = this.#runs.at(-1);
    const state = ({ id, status, retried }: Run) => ({ id, status, retried });
    const endings = this.#runs
      .filter(({ status }) => status === 'cancelled')
      .map(({ question, answer }) => ({ item_id: question, after: answer ?? question, status: 'cancelled' }));
    return { run: run && state(run), last: last ? state(last) : null, endings };
  }

  #answer(question: string, isNew = false, isRetry = false): Run {
    const run: Run = {
      id: `r${++this.#ids}`,
      question,
      answer: null,
      retried: isRetry ? question : null,
      status: 'running',
      events: [],
      readers: new Set(),
    };
    this.#runs.push(run);
    const thread = { id: 't', title: this.title, created_at: AT, items: { data: [], has_more: false } };
    if (isNew) this.#send(run, { type: 'thread.created', thread });
    if (!isRetry) this.#send(run, { type: 'thread.item.done', item: this.#itemOf(question) });
    return run;
  }

  #end(status: 'completed' | 'cancelled') {
    const run = this.run as Run;
    if (run.answer) this.#send(run, { type: 'thread.item.done', item: this.#itemOf(run.answer) });
    run.status = status;
    for (const reader of run.readers) reader.close();
    run.readers.clear();
  }

  #send(run: Run, event: ThreadEvent) {
    run.events.push(event);
    for (const reader of run.readers) reader.enqueue(encoded(event));
  }

  /** Who aborts the request that is answered stops the answer. */
  #stream(run: Run, signal?: AbortSignal | null): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const event of run.events) controller.enqueue(encoded(event));
        if (run.status !== 'running') return controller.close();
        run.readers.add(controller);
        signal?.addEventListener('abort', () => {
          if (!run.readers.delete(controller)) return;
          controller.error(signal.reason);
          this.#end('cancelled');
          // Who stops an answer wants to think, and does not want the next one.
          this.queue = this.queue.map((message) => ({ ...message, held: true }));
        });
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  }

  #add(item: { type: ThreadItem['type'] } & Record<string, unknown>): string {
    const id = `${item.type === 'user_message' ? 'u' : 'a'}${++this.#ids}`;
    const whole = { id, thread_id: 't', created_at: AT, ...item } as unknown as ThreadItem;
    this.#kept.set(id, { item: whole, parent: this.#leaf });
    this.#leaf = id;
    return id;
  }

  #itemOf = (id: string) => (this.#kept.get(id) as Kept).item;

  #newest() {
    const path = this.path;
    const data = path.slice(-this.pageSize);
    return { data, has_more: data.length < path.length, after: data[0]?.id ?? null };
  }

  /** The newest first; what they are older than must be an item of the thread. */
  #list(after?: string): Response {
    const path = this.path;
    const end = after ? path.findIndex(({ id }) => id === after) : path.length;
    if (end < 0) return refused(404);
    const data = path.slice(Math.max(0, end - this.pageSize), end).reverse();
    return Response.json({ data, has_more: data.length < end, after: data.at(-1)?.id ?? null });
  }

  #childrenOf(parent: string | null): string[] {
    return [...this.#kept].filter(([, kept]) => kept.parent === parent).map(([id]) => id);
  }

  #newestLeafOf(id: string): string {
    const next = this.#childrenOf(id).at(-1);
    return next ? this.#newestLeafOf(next) : id;
  }
}

const AT = '2026-11-22T10:00:00Z';
const userMessage = ({ content, attachments, quoted_text }: Input) => ({
  type: 'user_message' as const,
  content,
  quoted_text,
  attachments: attachments.map((id) => ({ type: 'file', id, name: `${id}.txt`, mime_type: 'text/plain' })),
});
const refused = (status: number) => Response.json({ detail: `Refused with ${status}.` }, { status });
