import { besideApi } from '../link/address';
import type { LinkInit } from '../link/link-fetch';
import { ChatKitProblem, ConnectionLost, isAbort, problemFrom } from './problems';
import { readEvents } from './sse';
import type {
  ActionConfig,
  Page,
  Thread,
  ThreadEvent,
  ThreadItem,
  ThreadMetadata,
  UserMessageInput,
} from './types';

type Action = Pick<ActionConfig, 'type' | 'payload'>;
type StructuredSubmission = {
  status: 'answered' | 'skipped';
  answers: Record<string, { values: string[]; skipped: boolean }>;
};

export type JsonCalls = {
  'threads.get_by_id': [{ thread_id: string }, Thread];
  'threads.list': [{ limit: number; order: 'desc'; after?: string }, Page<ThreadMetadata>];
  'threads.update': [{ thread_id: string; title: string }, Thread];
  'threads.delete': [{ thread_id: string }, unknown];
  'threads.sync_custom_action': [
    { thread_id: string; item_id: string | null; action: Action },
    { updated_item?: ThreadItem | null },
  ];
  'items.list': [{ thread_id: string; limit: number; order: 'desc'; after?: string }, Page<ThreadItem>];
  'items.feedback': [{ thread_id: string; item_ids: string[]; kind: 'positive' | 'negative' }, unknown];
};

export type StreamCalls = {
  'threads.create': { input: UserMessageInput };
  'threads.add_user_message': { thread_id: string; input: UserMessageInput };
  'threads.add_client_tool_output': { thread_id: string; result: unknown };
  'threads.add_structured_input': { thread_id: string; item_id: string; input: StructuredSubmission };
  'threads.retry_after_item': { thread_id: string; item_id: string };
  'threads.custom_action': { thread_id: string; item_id: string | null; action: Action };
};

export type StreamRequest = {
  [K in keyof StreamCalls]: { type: K; params: StreamCalls[K] };
}[keyof StreamCalls];

/** What a reader of a stream hears, besides its end. */
export type Listener = {
  signal: AbortSignal;
  onEvents(events: ThreadEvent[]): void;
  onConnection?: LinkInit['onConnection'];
  onAccepted?(): void;
};

const JSON_HEADERS = { 'Content-Type': 'application/json', Accept: 'text/event-stream, application/json' };

export class ChatKitClient {
  /** Null until it is known; false for ChatKit servers of other makes. */
  #hasRuns: boolean | null = null;

  constructor(
    private readonly url: string,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  async json<K extends keyof JsonCalls>(type: K, params: JsonCalls[K][0]): Promise<JsonCalls[K][1]> {
    const response = await this.post({ type, params });
    return response.json();
  }

  /** Resolves when the answer is complete; rejects when it was refused, cut off or aborted. */
  async stream(request: StreamRequest, listener: Listener): Promise<void> {
    return this.read(await this.post(request, listener), listener);
  }

  /** The id of the run that writes on a thread, null if none does, undefined if the server has no runs. */
  async runOn(threadId: string): Promise<string | null | undefined> {
    if (this.#hasRuns === false) return undefined;
    try {
      const response = await this.request(`threads/${encodeURIComponent(threadId)}/run`);
      const { run } = await response.json();
      this.#hasRuns = true;
      return run?.id ?? null;
    } catch (error) {
      const unknown = error instanceof ChatKitProblem && (error.status === 404 || error.status === 405);
      if (this.#hasRuns || !unknown) throw error;
      this.#hasRuns = false;
      return undefined;
    }
  }

  /** The same as `stream`, for an answer that somebody else asked for, from its beginning. */
  async follow(run: string, listener: Listener): Promise<void> {
    return this.read(await this.request(`runs/${encodeURIComponent(run)}/events`, listener), listener);
  }

  private async read({ body }: Response, { signal, onEvents, onAccepted }: Listener): Promise<void> {
    onAccepted?.();
    if (!body) return;
    try {
      await readEvents(body, onEvents);
    } catch (error) {
      if (isAbort(error) || signal.aborted) throw error;
      throw new ConnectionLost(
        'The connection was lost while the answer was coming in. The server keeps working on it.',
      );
    }
  }

  private post(body: { type: string; params: unknown }, listener?: Listener): Promise<Response> {
    const sent = JSON.stringify({ ...body, metadata: {} });
    return this.send(this.url, { method: 'POST', headers: JSON_HEADERS, body: sent }, listener);
  }

  private request(path: string, listener?: Listener): Promise<Response> {
    return this.send(besideApi(this.url, path), { method: 'GET' }, listener);
  }

  private async send(url: string, request: RequestInit, listener?: Listener): Promise<Response> {
    const signal = listener?.signal;
    const init: LinkInit = { ...request, signal, onConnection: listener?.onConnection };
    let response: Response;
    try {
      response = await this.fetch(url, init);
    } catch (error) {
      if (isAbort(error) || signal?.aborted) throw error;
      throw new ConnectionLost();
    }
    if (!response.ok) throw await problemFrom(response);
    return response;
  }
}
