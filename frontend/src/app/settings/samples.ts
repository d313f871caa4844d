/** What stands behind options that are functions: what the demo does, and what stands in the copied code. */
import type { ChatKitOptions, Command, Entity } from '@openai/chatkit';
import type { AppText } from '../language/app-language';
import { type OptionData, SAMPLE, valueAt, withValue } from './option-values';

type Notify = (sentence: string) => void;
type Words = AppText['notices'];
type Sample = { run: (notify: Notify, words: Words) => unknown; code: string };

const people: Entity[] = [
  { id: 'ada', title: 'Ada Lovelace', group: 'People', interactive: true },
  { id: 'alan', title: 'Alan Turing', group: 'People', interactive: true },
  { id: 'handbook', title: 'Handbook', group: 'Documents', icon: 'document', interactive: true },
];
const list: Command[] = [
  { id: 'summarise', label: 'Summarise', description: 'A sample command', icon: 'notebook' },
  { id: 'translate', label: 'Translate', description: 'A sample command', icon: 'globe' },
];
const matching = <T>(entries: T[], text: (entry: T) => string, query: string) =>
  entries.filter((entry) => text(entry).toLowerCase().includes(query.toLowerCase()));

export const samples: Record<string, Sample> = {
  'header.leftAction.onClick': {
    run: (notify, words) => () => notify(words.leftButton),
    code: "() => console.log('left button')",
  },
  'header.rightAction.onClick': {
    run: (notify, words) => () => notify(words.rightButton),
    code: "() => console.log('right button')",
  },
  'entities.onTagSearch': {
    run: () => async (query: string) => matching(people, ({ title }) => title, query),
    code: `async (query) =>
  [{ id: 'ada', title: 'Ada Lovelace', group: 'People', interactive: true }]
    .filter(({ title }) => title.toLowerCase().includes(query.toLowerCase()))`,
  },
  'entities.onClick': {
    run: (notify, words) => (entity: Entity) => notify(words.entity(entity.title)),
    code: '(entity) => console.log(entity.title)',
  },
  'entities.onRequestPreview': {
    run: () => async (entity: Entity) => ({
      preview: {
        type: 'Basic',
        children: [
          { type: 'Title', value: entity.title, size: 'sm' },
          { type: 'Caption', value: entity.group ?? '' },
        ],
      },
    }),
    code: `async (entity) => ({
  preview: { type: 'Basic', children: [{ type: 'Title', value: entity.title, size: 'sm' }] },
})`,
  },
  'commands.onSearch': {
    run: () => async (query: string) => matching(list, ({ label }) => label, query),
    code: `async (query) =>
  [{ id: 'summarise', label: 'Summarise', icon: 'notebook' }]
    .filter(({ label }) => label.toLowerCase().includes(query.toLowerCase()))`,
  },
  'commands.onSelect': {
    run: (notify, words) => async (command: Command) => notify(words.command(command.label)),
    code: 'async (command) => console.log(command.id)',
  },
};

/** Options that an element takes: each word "sample" is the function that it stands for. */
export function withSamples(data: OptionData, notify: Notify, words: Words): Omit<ChatKitOptions, 'api'> {
  let whole = data;
  for (const [path, { run }] of Object.entries(samples)) {
    if (valueAt(whole, path) === SAMPLE) whole = withValue(whole, path, run(notify, words));
  }
  return whole as Omit<ChatKitOptions, 'api'>;
}
