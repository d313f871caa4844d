import type { Language } from '../../language/language';
import type { ChatKitClient } from '../../protocol/client';
import { sentenceFor } from '../../protocol/problems';
import type { ThreadMetadata } from '../../protocol/types';
import { Store } from '../store';

export type ThreadHistoryState = {
  threads: ThreadMetadata[];
  after: string | null;
  loading: boolean;
  failure: string | null;
};

const PAGE = 30;

/** The user's threads, last active first, as far as they have been loaded. */
export class ThreadHistory {
  readonly state = new Store<ThreadHistoryState>({ threads: [], after: null, loading: false, failure: null });

  constructor(
    private readonly client: ChatKitClient,
    private readonly language: Store<Language>,
  ) {}

  reload = () => this.#load(null);
  more = () => this.state.value.after && this.#load(this.state.value.after);

  async #load(after: string | null) {
    if (this.state.value.loading) return;
    this.#merge({ loading: true, failure: null });
    try {
      const page = await this.client.json('threads.list', {
        limit: PAGE,
        order: 'desc',
        ...(after ? { after } : {}),
      });
      const kept = after ? this.state.value.threads : [];
      const known = new Set(kept.map((thread) => thread.id));
      this.#merge({
        threads: [...kept, ...page.data.filter((thread) => !known.has(thread.id))],
        after: page.has_more ? (page.after ?? null) : null,
        loading: false,
      });
    } catch (error) {
      this.#merge({ loading: false, failure: sentenceFor(error, this.language.value) });
    }
  }

  async rename(id: string, title: string): Promise<boolean> {
    return this.#try(async () => {
      await this.client.json('threads.update', { thread_id: id, title });
      this.setTitle(id, title);
    });
  }

  async remove(id: string): Promise<boolean> {
    return this.#try(async () => {
      await this.client.json('threads.delete', { thread_id: id });
      this.#merge({ threads: this.state.value.threads.filter((thread) => thread.id !== id) });
    });
  }

  /** A title that became known elsewhere. */
  setTitle(id: string, title: string | null | undefined) {
    const threads = this.state.value.threads.map((thread) =>
      thread.id === id ? { ...thread, title } : thread,
    );
    this.#merge({ threads });
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    this.#merge({ failure: null });
    try {
      await work();
      return true;
    } catch (error) {
      this.#merge({ failure: sentenceFor(error, this.language.value) });
      return false;
    }
  }

  #merge(part: Partial<ThreadHistoryState>) {
    this.state.update((state) => ({ ...state, ...part }));
  }
}
