import type { FileUploadStrategy } from '@openai/chatkit';
import type { ResumableFetchInit } from '../resumable-fetch/resumable-fetch';
import { sendWithProgress } from '../resumable-fetch/send-with-progress';
import { siblingUrl } from '../resumable-fetch/sibling-url';
import { ChatKitProblem, ConnectionLost, isAbort, problemFrom } from './problems';
import { type NumberedEvent, readEvents } from './sse';
import { type QueuedMessage, ThreadExtras } from './thread-extras';
import type {
  ActionConfig,
  Attachment,
  Ending,
  Page,
  RunState,
  Thread,
  ThreadItem,
  ThreadMetadata,
  UserMessageInput,
} from './types';

export type { NumberedEvent } from './sse';

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
  'attachments.create': [{ name: string; size: number; mime_type: string }, Attachment];
  'attachments.delete': [{ attachment_id: string }, unknown];
  'input.transcribe': [{ audio_base64: string; mime_type: string }, { text: string }];
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

/** What only servers of this make read in a request, and others leave alone. */
export type LinkMetadata = {
  /** The message whose place the sent one takes. */
  edits?: string;
  /** The message may wait for the end of an answer. */
  queue?: true;
};

export type StreamRequest = {
  [K in keyof StreamCalls]: { type: K; params: StreamCalls[K]; link?: LinkMetadata };
}[keyof StreamCalls];

/** What a reader of a stream gets, besides its end. */
export type Listener = {
  signal: AbortSignal;
  onEvents(events: NumberedEvent[]): void;
  onConnection?: ResumableFetchInit['onConnection'];
  /** The server accepted the request, and answers it in this run if it has runs. */
  onAccepted?(run: string | null): void;
};

/** `onSent`: how much has been sent, from 0 to 1, where the page's fetch reports it. */
export type UploadListener = { signal: AbortSignal; onSent(part: number): void };

const JSON_HEADERS = { 'Content-Type': 'application/json', Accept: 'text/event-stream, application/json' };

export class ChatKitClient {
  /** Null until it is known; false for ChatKit servers of other makes. */
  #hasRuns: boolean | null = null;
  #asking: Promise<unknown> | null = null;
  /** Actions that keep their widget up to date, and every how many seconds they are to be sent. */
  refreshes: ReadonlyMap<string, number> = new Map();
  readonly extras = new ThreadExtras(
    (path, init) => this.send(siblingUrl(this.url, path), { method: 'GET', ...init }),
    async (threadId) => {
      // All are asked for at once when a thread is there, and one answer is enough for them.
      this.#asking ??= this.#hasRuns === null ? this.#ask(threadId) : null;
      await this.#asking;
      return this.#hasRuns === true;
    },
  );

  constructor(
    private readonly url: string,
    private readonly fetch: typeof globalThis.fetch,
    private readonly sendBytes: typeof sendWithProgress = sendWithProgress,
    /** Whether it is the server that this page came from, which has runs whatever becomes of its headers. */
    private readonly isOwn = true,
  ) {}

  async json<K extends keyof JsonCalls>(type: K, params: JsonCalls[K][0]): Promise<JsonCalls[K][1]> {
    const response = await this.post({ type, params });
    return response.json();
  }

  /**
   * Resolves when the answer is complete, or with the message where it waits for the end of another answer; rejects
   * when it was refused, cut off or aborted.
   */
  async stream(request: StreamRequest, listener: Listener): Promise<QueuedMessage | null> {
    const response = await this.post(request, listener);
    if (response.status === 202) return queuedIn(response);
    await this.read(response, listener);
    return null;
  }

  /**
   * For a thread on which an answer is being written: the message as it waits, or the response that answers it where
   * the server ends the other answer for it.
   */
  async enqueue(params: StreamCalls['threads.add_user_message']): Promise<QueuedMessage | Response> {
    const response = await this.post({ type: 'threads.add_user_message', params, link: { queue: true } });
    return response.status === 202 ? queuedIn(response) : response;
  }

  /**
   * The run that writes on a thread, how its newest one stands, and which answers are not whole; null if the server
   * has no runs.
   */
  async runsOn(
    threadId: string,
  ): Promise<{ run: RunState | null; last: RunState | null; endings: Ending[] } | null> {
    if (this.#hasRuns === false) return null;
    try {
      const response = await this.request(`threads/${encodeURIComponent(threadId)}/run`);
      const { run, last, endings } = await response.json();
      this.#hasRuns = true;
      return { run: run ?? null, last: last ?? null, endings: endings ?? [] };
    } catch (error) {
      const unknown = error instanceof ChatKitProblem && (error.status === 404 || error.status === 405);
      if (this.#hasRuns || !unknown) throw error;
      this.#hasRuns = false;
      return null;
    }
  }

  /** Hosts that tools have named in a thread; none where the server does not know or does not answer. */
  async hostsNamedByTools(threadId: string): Promise<string[]> {
    if (this.#hasRuns === false) return [];
    try {
      const response = await this.request(`threads/${encodeURIComponent(threadId)}/hosts`);
      return (await response.json()).hosts ?? [];
    } catch {
      return [];
    }
  }

  async #ask(threadId: string) {
    try {
      await this.runsOn(threadId);
    } finally {
      this.#asking = null;
    }
  }

  /** The same as `stream`, for an answer that another page asked for, from its beginning. */
  async follow(run: string, listener: Listener): Promise<void> {
    return this.read(await this.request(`runs/${encodeURIComponent(run)}/events`, listener), listener);
  }

  /** Brings a file to the server in the way that the host page has chosen; ChatKit's default is in two phases. */
  async upload(
    file: File,
    strategy: FileUploadStrategy = { type: 'two_phase' },
    listener: UploadListener,
  ): Promise<Attachment> {
    if (strategy.type === 'direct') {
      const request = { method: 'POST', headers: { Accept: 'application/json' }, body: file };
      return (await this.send(strategy.uploadUrl, request, listener)).json();
    }
    const about = { name: file.name, size: file.size, mime_type: file.type || 'application/octet-stream' };
    const attachment = await this.json('attachments.create', about);
    const { upload_descriptor: where } = attachment;
    if (!where) return attachment;
    // The address itself is the permission: no headers of the host page may go there.
    const init = { method: where.method, headers: where.headers, body: file, signal: listener.signal };
    const response = await orLost(this.sendBytes(where.url, init, listener.onSent), listener.signal);
    if (!response.ok) throw await problemFrom(response);
    return attachment;
  }

  /** The same as `stream`, for a response that is there. */
  async read({ body, headers }: Response, { signal, onEvents, onAccepted }: Listener): Promise<void> {
    onAccepted?.(headers.get('X-Run-Id'));
    if (!body) return;
    try {
      await readEvents(body, onEvents);
    } catch (error) {
      if (isAbort(error) || signal.aborted) throw error;
      throw new ConnectionLost(({ text }) => text.failures.lost);
    }
  }

  private async post(
    { link, ...body }: { type: string; params: unknown; link?: LinkMetadata },
    listener?: Listener,
  ): Promise<Response> {
    const sent = JSON.stringify({ ...body, metadata: link ? { chatkit_link: link } : {} });
    const init = { method: 'POST', headers: JSON_HEADERS, body: sent };
    const response = await this.send(this.url, init, listener);
    // To ask another maker's server for its runs would leave a 404 in the console of the page.
    if (!this.isOwn && !response.headers.has('X-Request-Id')) this.#hasRuns ??= false;
    const refreshes = response.headers.get('X-Refresh');
    if (refreshes !== null) this.refreshes = refreshesIn(refreshes);
    return response;
  }

  private request(path: string, listener?: Listener): Promise<Response> {
    return this.send(siblingUrl(this.url, path), { method: 'GET' }, listener);
  }

  private async send(
    url: string,
    request: RequestInit,
    listener: Partial<Listener & UploadListener> = {},
  ): Promise<Response> {
    const { signal, onConnection, onSent } = listener;
    const init: ResumableFetchInit = { ...request, signal, onConnection, onSent };
    const response = await orLost(this.fetch(url, init), signal);
    if (!response.ok) throw await problemFrom(response);
    return response;
  }
}

async function queuedIn(response: Response): Promise<QueuedMessage> {
  return (await response.json()).queued;
}

/** "board.refresh=60": what is no number of seconds is no reason to ask all the time. */
function refreshesIn(header: string): Map<string, number> {
  const all = [...new URLSearchParams(header)].map(([type, every]) => [type, Number(every)] as const);
  return new Map(all.filter(([, every]) => every >= 1));
}

async function orLost(answer: Promise<Response>, signal?: AbortSignal): Promise<Response> {
  try {
    return await answer;
  } catch (error) {
    if (isAbort(error) || signal?.aborted || error instanceof ChatKitProblem) throw error;
    throw new ConnectionLost();
  }
}
