/*
 * What the menu above the composer offers, for as long as a trigger stands before the cursor. Results of an older
 * query are dropped when a newer one has been asked, whichever answers first. A command of the host page may open
 * another menu; those lie on a stack, are searched here, and Escape goes back one.
 */
import type { ChatKitIcon, Command, Entity } from '@openai/chatkit';
import { nearIcon } from '../../options/near-icon';
import { isIcon } from '../../widgets/icons';
import type { Chat } from '../chat';
import { Store } from '../store';
import type { Trigger } from './trigger';

export type Suggestion = {
  id: string;
  label: string;
  description?: string;
  icon?: ChatKitIcon | string;
  group?: string;
} & (
  | { type: 'entity'; entity: Entity }
  | { type: 'command'; command: Command }
  | { type: 'action'; run(): void }
);

export type SuggestionsState = {
  trigger: Trigger | null;
  status: 'ready' | 'searching' | 'failed';
  failure: string | null;
  found: Suggestion[];
  active: number;
  /** How many menus are open inside the first one. */
  depth: number;
};

const PAUSE_MS = 120;
const closed: SuggestionsState = {
  trigger: null,
  status: 'ready',
  failure: null,
  found: [],
  active: 0,
  depth: 0,
};

export class Suggestions {
  readonly state = new Store<SuggestionsState>(closed);
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #menus: Command[][] = [];
  #whenFound: (() => void) | null = null;
  /** Where the menu was closed by hand; it stays closed until that sign is gone. */
  #dismissedAt: number | null = null;

  constructor(
    private readonly chat: Chat,
    /** What the composer itself can do, for the menu of commands. */
    private readonly actions: () => Extract<Suggestion, { type: 'action' }>[],
  ) {}

  get signs(): ('@' | '/')[] {
    const { entities, commands } = this.chat.options.value;
    return [...(entities?.onTagSearch ? ['@' as const] : []), ...(commands?.enabled ? ['/' as const] : [])];
  }

  follow(trigger: Trigger | null) {
    const before = this.state.value.trigger;
    if (trigger?.start !== this.#dismissedAt) this.#dismissedAt = null;
    if (!trigger || this.#dismissedAt !== null) return this.close();
    if (before && same(before, trigger)) return;
    if (before?.sign !== trigger.sign || before.start !== trigger.start) this.#menus = [];
    this.#show({ trigger, status: 'searching', failure: null, depth: this.#menus.length });
    const number = ++this.#asked;
    this.#whenFound = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#search(trigger, number), before ? PAUSE_MS : 0);
  }

  close() {
    clearTimeout(this.#timer);
    this.#asked++;
    this.#menus = [];
    this.#whenFound = null;
    if (this.state.value.trigger) this.state.set(closed);
  }

  /** For who chooses before the search has ended: `choose` is called when it has, unless something else is typed. */
  whenFound(choose: () => void) {
    this.#whenFound = choose;
  }

  /** Escape: back to the menu before, or away. */
  back() {
    const { trigger } = this.state.value;
    if (this.#menus.pop()) return this.again();
    this.#dismissedAt = trigger?.start ?? null;
    this.close();
  }

  move(by: number) {
    const { found, active } = this.state.value;
    if (found.length) this.#show({ active: (active + by + found.length) % found.length });
  }

  point(active: number) {
    this.#show({ active });
  }

  /** Runs a command of the host page: resolves to an entity to insert, "menu" when another menu opened, or null. */
  async select(command: Command): Promise<Entity | 'menu' | null> {
    this.#show({ status: 'searching' });
    const { onSelect } = this.chat.options.value.commands ?? {};
    try {
      const selection = await onSelect?.(command);
      if (selection?.type === 'entity') return selection.entity;
      if (selection?.type !== 'menu') return null;
      this.#menus.push(selection.commands);
      return 'menu';
    } catch (error) {
      this.chat.reportFailure('commands.onSelect', error);
      const failure = this.chat.language.value.text.menu.commandFailed(command.label);
      this.#show({ status: 'failed', failure });
      throw error;
    }
  }

  async #search(trigger: Trigger, number: number) {
    const { text } = this.chat.language.value;
    try {
      const found = await (trigger.sign === '@'
        ? this.#entities(trigger.query)
        : this.#commands(trigger.query));
      if (number !== this.#asked) return;
      // A user who goes on writing after an unknown name is writing a sentence.
      if (!found.length && /\s/.test(trigger.query)) return this.back();
      this.#show({ status: 'ready', found: grouped(found), active: 0 });
      this.#whenFound?.();
      this.#whenFound = null;
    } catch (error) {
      if (number !== this.#asked) return;
      this.chat.reportFailure(trigger.sign === '@' ? 'entities.onTagSearch' : 'commands.onSearch', error);
      this.#show({ status: 'failed', failure: text.menu.searchFailed, found: [] });
    }
  }

  async #entities(query: string): Promise<Suggestion[]> {
    const found = (await this.chat.options.value.entities?.onTagSearch?.(query)) ?? [];
    return this.#whole(found, 'entities.onTagSearch', 'title').map((entity) => ({
      type: 'entity',
      id: entity.id,
      label: entity.title,
      icon: iconOf(entity.icon),
      group: entity.group,
      entity,
    }));
  }

  async #commands(query: string): Promise<Suggestion[]> {
    const inner = this.#menus.at(-1);
    if (inner)
      return this.#whole(inner, 'commands.onSelect', 'label').map(suggestionOf).filter(matching(query));
    const given = (await this.chat.options.value.commands?.onSearch?.(query)) ?? [];
    const found = this.#whole(given, 'commands.onSearch', 'label');
    return [...found.map(suggestionOf), ...this.actions().filter(matching(query))];
  }

  /** Those that can be displayed: one of the host page's that cannot does not cost the others. */
  #whole<T extends { id: string }>(given: T[], name: string, words: keyof T & string): T[] {
    const all: unknown[] = Array.isArray(given) ? given : [];
    const whole = all.filter((one): one is T => isNamed(one, 'id') && isNamed(one, words));
    if (whole.length < all.length)
      this.chat.reportFailure(name, `what has no id or no ${words} was left out of its result`);
    return whole;
  }

  /** Searches what is open now, for what stands there already. */
  again() {
    const { trigger } = this.state.value;
    if (trigger) void this.#search(trigger, ++this.#asked);
    this.#show({ depth: this.#menus.length });
  }

  #show(part: Partial<SuggestionsState>) {
    this.state.update((state) => ({ ...state, ...part }));
  }
}

const suggestionOf = (command: Command): Suggestion => ({
  type: 'command',
  ...command,
  icon: iconOf(command.icon),
  command,
});

/** A name that ChatKit does not have is that of another set, or misspelt. */
const iconOf = (given: string | undefined) => {
  if (given === undefined || isIcon(given)) return given;
  return nearIcon(given).icon ?? undefined;
};

const isNamed = (value: unknown, key: string) => {
  if (typeof value !== 'object' || value === null) return false;
  const name = (value as Record<string, unknown>)[key];
  return typeof name === 'string' || typeof name === 'number';
};

const matching =
  (query: string) =>
  ({ label }: Suggestion) =>
    String(label).toLocaleLowerCase().includes(query.toLocaleLowerCase());

const same = (one: Trigger, other: Trigger) =>
  one.sign === other.sign && one.start === other.start && one.query === other.query;

/** Groups stand together, in the order in which they were first named; what has none comes first. */
function grouped(found: Suggestion[]): Suggestion[] {
  const groups = [...new Set(['', ...found.map(({ group }) => group ?? '')])];
  return groups.flatMap((name) => found.filter(({ group = '' }) => group === name));
}
