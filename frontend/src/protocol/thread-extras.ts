/*
 * What servers of this make can do with a thread besides ChatKit's own operations: walk between the branches of a
 * conversation, keep messages until an answer is complete, share a thread. Each has an address beside the API.
 *
 * Invariant: a server that lacks one of them, or all, is asked for it at most once.
 */
import { ChatKitProblem } from './problems';

/** Each is the last part of its address. */
export type Extra = 'branches' | 'queue' | 'shares';

/**
 * A place of the thread where other versions stand behind what is displayed, which is `item_id`. `siblings` are the
 * names of all of them, oldest first, and `item_id` is one; the others need not be ids.
 */
export type BranchPlace = { item_id: string; siblings: string[] };
/** A message that waits until the answer before it is complete. */
export type QueuedMessage = {
  id: string;
  text: string;
  created_at: string;
  /** It waits for its user: the answer before it was stopped, or one of the messages could not be sent. */
  held?: boolean;
  /** Why this one could not be sent. */
  error?: string | null;
};
export type Share = {
  id: string;
  /** The server knows it only when it makes the link. */
  url?: string;
  created_at: string;
  expires_at?: string | null;
};
export type ShareRequest = { until?: string; expires_in?: number; attachments: boolean };

type Send = (path: string, init?: RequestInit) => Promise<Response>;
type Change = { method: 'POST' | 'PATCH' | 'DELETE'; path?: string; body?: unknown };

export class ThreadExtras {
  #known = new Map<Extra, boolean>();

  constructor(
    private readonly send: Send,
    /** Whether the server is one of this make, as far as it can be found out without asking for what it lacks. */
    private readonly isOfThisMake: (threadId: string) => Promise<boolean>,
  ) {}

  /** Null where the server has nothing of the kind, or has switched it off. */
  async read<T>(extra: Extra, threadId: string): Promise<T | null> {
    if (this.#known.get(extra) === false) return null;
    if (!this.#known.has(extra) && !(await this.isOfThisMake(threadId))) return null;
    try {
      const response = await this.send(addressOf(extra, threadId));
      const body = await response.json();
      const isEnabled = body.enabled !== false;
      this.#known.set(extra, isEnabled);
      return isEnabled ? body : null;
    } catch (error) {
      const isMissing = error instanceof ChatKitProblem && (error.status === 404 || error.status === 405);
      if (!isMissing || this.#known.get(extra)) throw error;
      this.#known.set(extra, false);
      return null;
    }
  }

  /** Whether the server has it; asks once. */
  async has(extra: Extra, threadId: string): Promise<boolean> {
    if (!this.#known.has(extra)) await this.read(extra, threadId);
    return this.#known.get(extra) ?? false;
  }

  async change(extra: Extra, threadId: string, { method, path = '', body }: Change): Promise<Response> {
    const sent = body === undefined ? {} : { headers: JSON_BODY, body: JSON.stringify(body) };
    return this.send(addressOf(extra, threadId) + path, { method, ...sent });
  }
}

const JSON_BODY = { 'Content-Type': 'application/json' };
const addressOf = (extra: Extra, threadId: string) => `threads/${encodeURIComponent(threadId)}/${extra}`;
