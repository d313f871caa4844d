/** What the widgets of a conversation do: actions of users, and those by which a widget keeps itself up to date. */
import type { StreamRequest } from '../../protocol/client';
import { ChatKitProblem } from '../../protocol/problems';
import { failureOf, isResponding } from '../../protocol/response-status';
import {
  lastUserMessage,
  type ThreadState,
  withEndingOf,
  withItem,
  withRequest,
} from '../../protocol/thread-state';
import type { ActionConfig, WidgetItem, WidgetNode } from '../../protocol/types';
import { Store } from '../store';
import type { Services } from './services';

export type Sender = Pick<WidgetItem, 'id'> & Partial<Pick<WidgetItem, 'widget'>>;

/** The conversation, as far as an action reaches into it. */
type Around = {
  run(request: StreamRequest): Promise<unknown>;
  attempt(work: () => Promise<unknown>): Promise<boolean>;
  /** An action that began then has ended: it may have changed what other widgets are about. */
  ended(began: number): void;
};

/** Of a request that was refused: time alone changes nothing about it. */
const isFinal = (status: number) => status >= 400 && status < 500 && ![401, 408, 429].includes(status);

export class WidgetActions {
  /** Widgets as a refresh has brought them. */
  readonly refreshed = new WeakSet<WidgetNode>();
  /** How many clicks have brought something to the end of the thread. */
  readonly brought = new Store(0);
  #acting = 0;

  constructor(
    private readonly services: Services,
    private readonly state: Store<ThreadState>,
    private readonly around: Around,
  ) {}

  /** Whether one has not ended, of those that bring no answer. */
  get isActing(): boolean {
    return this.#acting > 0;
  }

  async act({ type, payload, handler, streaming = true }: ActionConfig, item: Sender | null) {
    const { around } = this;
    const { thread, status } = this.state.value;
    const action = { type, payload };
    if (handler === 'client') return this.#actOnHost(action, item);
    if (!thread) return;
    const params = { thread_id: thread.id, item_id: item?.id ?? null, action };
    if (streaming) {
      if (isResponding(status)) return;
      const { endings } = this.state.value;
      const question = lastUserMessage(this.state.value.items)?.id ?? '';
      this.state.update((state) => withRequest(state));
      const unsubscribe = this.#onNewEnd(() => this.brought.update((count) => count + 1));
      await around.run({ type: 'threads.custom_action', params });
      unsubscribe();
      // What failed is the click, and not the answer before it.
      if (failureOf(this.state.value.status))
        this.state.update((state) => withEndingOf(state, question, endings[question]));
      return;
    }
    const began = Date.now();
    this.#acting += 1;
    await around.attempt(async () => {
      const { updated_item } = await this.services.client.json('threads.sync_custom_action', params);
      if (updated_item) this.state.update((state) => withItem(state, updated_item));
    });
    this.#acting -= 1;
    around.ended(began);
  }

  /** Calls once, when a new item stands at the end. */
  #onNewEnd(call: () => void): () => void {
    const known = new Set(this.state.value.items.map(({ id }) => id));
    const unsubscribe = this.state.subscribe(() => {
      const end = this.state.value.items.at(-1);
      if (!end || known.has(end.id)) return;
      unsubscribe();
      call();
    });
    return unsubscribe;
  }

  /**
   * Brings a widget up to date, unnoticed: no answer is awaited, nothing is announced, and what fails is not reported.
   * "refused": the server will not do it the next time either.
   */
  async refresh({ type, payload }: ActionConfig, item: WidgetItem): Promise<'done' | 'failed' | 'refused'> {
    const { thread } = this.state.value;
    if (!thread) return 'failed';
    const params = { thread_id: thread.id, item_id: item.id, action: { type, payload } };
    try {
      const { updated_item: updated } = await this.services.client.json('threads.sync_custom_action', params);
      // Something else has changed it meanwhile, which is newer.
      const isCurrent = this.state.value.items.includes(item);
      if (updated?.type !== 'widget' || !isCurrent) return 'done';
      this.refreshed.add(updated.widget);
      this.state.update((state) => withItem(state, updated));
      return 'done';
    } catch (error) {
      return error instanceof ChatKitProblem && isFinal(error.status) ? 'refused' : 'failed';
    }
  }

  async #actOnHost(action: Pick<ActionConfig, 'type' | 'payload'>, item: Sender | null) {
    const { host } = this.services;
    try {
      await host.invoke('widgets.onAction', action, item && { id: item.id, widget: item.widget });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      host.fail(`The action "${action.type}" failed: ${why}`);
    }
  }
}
