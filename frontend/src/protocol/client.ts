import { ConnectionLost, isAbort, problemFrom } from './problems';
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

export class ChatKitClient {
  constructor(
    private readonly url: string,
    private readonly fetch: typeof globalThis.fetch,
  ) {}

  async json<K extends keyof JsonCalls>(type: K, params: JsonCalls[K][0]): Promise<JsonCalls[K][1]> {
    const response = await this.post({ type, params });
    return response.json();
  }

  /** Resolves when the answer is complete; rejects when it was refused, cut off or aborted. */
  async stream(
    request: StreamRequest,
    signal: AbortSignal,
    onEvents: (events: ThreadEvent[]) => void,
    onAccepted?: () => void,
  ): Promise<void> {
    const response = await this.post(request, signal);
    onAccepted?.();
    if (!response.body) return;
    try {
      await readEvents(response.body, onEvents);
    } catch (error) {
      if (isAbort(error) || signal.aborted) throw error;
      throw new ConnectionLost(
        'The connection was lost while the answer was coming in. The server keeps working on it.',
      );
    }
  }

  private async post(body: { type: string; params: unknown }, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await this.fetch(this.url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'text/event-stream, application/json',
        },
        body: JSON.stringify({ ...body, metadata: {} }),
        signal,
      });
    } catch (error) {
      if (isAbort(error) || signal?.aborted) throw error;
      throw new ConnectionLost();
    }
    if (!response.ok) throw await problemFrom(response);
    return response;
  }
}
