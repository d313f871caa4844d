/** The entities of the host page that the chat has met, and their previews. */
import type { Entity } from '@openai/chatkit';
import type { UsableOptions } from '../../options/read-options';
import type { WidgetNode } from '../../protocol/types';
import type { Store } from '../store';

export class Entities {
  /** Those that have been tags in the composer, the newest first. */
  known: Entity[] = [];
  #previews = new Map<string, Promise<WidgetNode | null>>();

  constructor(
    private readonly options: Store<UsableOptions>,
    private readonly reportFailure: (name: string, error: unknown) => void,
  ) {}

  remember(entity: Entity) {
    const { id, title } = entity;
    this.known = [entity, ...this.known.filter((one) => one.id !== id || one.title !== title)];
  }

  /** The host page's preview of an entity, which is requested once; null where it has none. */
  previewOf(entity: Entity): Promise<WidgetNode | null> {
    const known = this.#previews.get(entity.id);
    if (known) return known;
    const { onRequestPreview } = this.options.value.entities ?? {};
    if (!onRequestPreview) return Promise.resolve(null);
    const requested = (async () => (await onRequestPreview(entity)).preview as WidgetNode | null)().catch(
      (error) => {
        this.reportFailure('entities.onRequestPreview', error);
        this.#previews.delete(entity.id);
        return null;
      },
    );
    this.#previews.set(entity.id, requested);
    return requested;
  }
}
