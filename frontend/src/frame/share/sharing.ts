/** The read-only links to a thread, for its owner. What is behind one of them is a page of the server. */
import type { ChatKitClient } from '../../protocol/client';
import type { Share, ShareRequest } from '../../protocol/thread-extras';
import { Store } from '../store';

/** What the dialog was opened for. `until`: the newest item that the link shows, null for the whole conversation. */
export type SharingDialog = { until: string | null };

export class Sharing {
  /** Whether the server makes links to this thread. */
  readonly isKnown = new Store(false);
  readonly dialog = new Store<SharingDialog | null>(null);

  constructor(private readonly client: ChatKitClient) {}

  async load(threadId: string) {
    try {
      this.isKnown.set(await this.client.extras.has('shares', threadId));
    } catch {
      // The button comes with the next thread.
    }
  }

  /** The newest first. */
  async list(threadId: string): Promise<Share[]> {
    const read = await this.client.extras.read<{ shares: Share[] }>('shares', threadId);
    const byAge = (one: Share, other: Share) => Date.parse(other.created_at) - Date.parse(one.created_at);
    return (read?.shares ?? []).toSorted(byAge);
  }

  async create(threadId: string, body: ShareRequest): Promise<Share> {
    const response = await this.client.extras.change('shares', threadId, { method: 'POST', body });
    return response.json();
  }

  async revoke(threadId: string, id: string) {
    const path = `/${encodeURIComponent(id)}`;
    await this.client.extras.change('shares', threadId, { method: 'DELETE', path });
  }
}
