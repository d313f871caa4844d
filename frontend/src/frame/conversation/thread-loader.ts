/** Loads what there is of a thread besides its stream: older items, the newest ones, its title and status. */
import type { ChatKitClient } from '../../protocol/client';
import { type ThreadState, withNewest, withOlder } from '../../protocol/thread-state';
import type { Page, Thread, ThreadItem } from '../../protocol/types';
import type { Store } from '../store';
import { isOpenEnded, pollUntil } from './answer-polling';

const PAGE = { limit: 20, order: 'desc' } as const;
/** A user who reads backwards goes on doing so. */
const OLDER = { limit: 50, order: 'desc' } as const;

export class ThreadLoader {
  constructor(
    private readonly client: ChatKitClient,
    private readonly state: Store<ThreadState>,
    /** The thread's title or status may have changed. */
    private readonly changed: () => void,
  ) {}

  async loadOlder(threadId: string) {
    const { older, loadingOlder } = this.state.value;
    if (!older || loadingOlder) return;
    this.state.update((state) => ({ ...state, loadingOlder: true }));
    try {
      const page = await this.client.json('items.list', { thread_id: threadId, ...OLDER, after: older });
      // A refresh meanwhile may have moved the place these items were to go.
      if (this.state.value.older === older) this.state.update((state) => withOlder(state, page));
    } finally {
      this.state.update((state) => ({ ...state, loadingOlder: false }));
    }
  }

  /** The thread with its newest items as they are now; null if it cannot be read. */
  async loadNewest(threadId: string): Promise<Thread | null> {
    const asked = this.state.value.items;
    const thread = await this.loadMetadata(threadId);
    if (thread) this.state.update((state) => withNewest(state, newestFirst(thread.items), asked));
    return thread;
  }

  /** The newest items as the server has them now, back to this one or to the beginning of the thread. */
  async loadBackTo(threadId: string, itemId: string): Promise<Page<ThreadItem>> {
    const data: ThreadItem[] = [];
    let after: string | undefined;
    for (;;) {
      const asked = { thread_id: threadId, ...(after ? { ...OLDER, after } : PAGE) };
      const page = await this.client.json('items.list', asked);
      data.push(...page.data);
      after = (page.has_more && page.after) || undefined;
      if (!after || page.data.some(({ id }) => id === itemId)) return { ...page, data };
    }
  }

  /** The thread's title and status as they are now; null if it cannot be read. */
  async loadMetadata(threadId: string): Promise<Thread | null> {
    try {
      const thread = await this.client.json('threads.get_by_id', { thread_id: threadId });
      const { items: _, ...metadata } = thread;
      this.state.update((state) => ({ ...state, thread: metadata }));
      this.changed();
      return thread;
    } catch {
      return null;
    }
  }

  /** For servers without runs: reads the newest items until the answer is among them; false if it never was. */
  async untilAnswered(threadId: string, signal: AbortSignal): Promise<boolean> {
    return pollUntil(async () => {
      const asked = this.state.value.items;
      const page = await this.client.json('items.list', { thread_id: threadId, ...PAGE });
      if (!signal.aborted) this.state.update((state) => withNewest(state, page, asked));
      return !isOpenEnded(page.data.toReversed());
    }, signal);
  }
}

const newestFirst = (page: Page<ThreadItem>) => ({ ...page, data: page.data.toReversed() });
