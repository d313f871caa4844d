/*
 * The versions of a conversation: where a message was edited or an answer written again, the old one stays behind the
 * new one, with all that followed it. The thread itself is always one path through them.
 */
import type { ChatKitClient } from '../../protocol/client';
import type { BranchPlace } from '../../protocol/thread-extras';
import type { ThreadItem } from '../../protocol/types';
import type { Draft } from '../composer/draft';
import { Store } from '../store';

export type Places = ReadonlyMap<string, BranchPlace>;
export type BranchesState = {
  /** Whether the server keeps versions. */
  isKnown: boolean;
  /** By the item that stands in the place. */
  places: Places;
};
/** A message that is being edited, and how it reads by now. */
export type Edit = { itemId: string; draft: Draft };

const NONE: Places = new Map();

export class Branches {
  readonly state = new Store<BranchesState>({ isKnown: false, places: NONE });
  /** It outlives its field: an edit that the server did not accept is there again. */
  readonly edit = new Store<Edit | null>(null);

  /** How often another version was gone to: what is new in the thread then is nothing new to announce. */
  readonly walks = new Store(0);

  constructor(private readonly client: ChatKitClient) {}

  /** Without them the thread is still all there, so what fails here is not reported. */
  async load(threadId: string) {
    try {
      const read = await this.client.extras.read<Answer>('branches', threadId);
      if (read) this.state.set({ isKnown: true, places: placesIn(read) });
    } catch {
      // The next time that the thread changes it is tried again.
    }
  }

  /**
   * The server's thread goes through this version from now on. Returns the places as they are then, and the item that
   * stands in the place of `from`: the name of a version need not be its id.
   */
  async walkTo(threadId: string, version: string, from: string): Promise<{ places: Places; to: string }> {
    const body = { item_id: version };
    const response = await this.client.extras.change('branches', threadId, { method: 'POST', body });
    const places = placesIn(await response.json());
    // The thread is the same up to there, and so are the places above it.
    const at = [...this.state.value.places.keys()].indexOf(from);
    return { places, to: [...places.keys()][at] ?? version };
  }

  /** The thread is on another path by now. */
  show(places: Places) {
    this.state.set({ isKnown: true, places });
    this.walks.update((walks) => walks + 1);
  }
}

type Answer = { branches?: BranchPlace[] };
const placesIn = ({ branches = [] }: Answer): Places =>
  new Map(branches.map((place) => [place.item_id, place]));

/** Where other versions stand behind a message, and behind the answer to it. */
export type TurnPlaces = { question?: BranchPlace; answer?: BranchPlace };

/** By the message of the turn. */
export function placesByTurn(items: readonly ThreadItem[], places: Places): ReadonlyMap<string, TurnPlaces> {
  const found = new Map<string, TurnPlaces>();
  let question = '';
  for (const item of places.size ? items : []) {
    const isQuestion = item.type === 'user_message';
    if (isQuestion) question = item.id;
    const place = places.get(item.id);
    if (place) found.set(question, { ...found.get(question), [isQuestion ? 'question' : 'answer']: place });
  }
  return found;
}

/** Whether it was another version of this answer that ended so: the item behind which it did is not in the thread. */
export const isOfAnother = (
  { after }: { after: string | null },
  places: TurnPlaces | undefined,
  items: readonly ThreadItem[],
) => Boolean(places?.answer && after && !items.some(({ id }) => id === after));
