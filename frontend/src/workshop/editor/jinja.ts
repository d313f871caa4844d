/* The Jinja of a template: what can be written between its brackets, and what a name there stands for. */
import { type Shape, shapeAt } from './data-shape';
import type { Tree } from './template-tree';

export type Word = { name: string; means: string };

/** The filters that widgets use; the others of Jinja work, too. */
export const FILTERS: Word[] = [
  ['tojson', 'As JSON: a text with its quotes, escaped. Every value goes through it.'],
  ['default', "default('-'): this where there is none."],
  ['length', 'How many items or characters it has.'],
  ['join', "join(', '): the items as one text."],
  ['first', 'The first item.'],
  ['last', 'The last item.'],
  ['upper', 'IN CAPITALS.'],
  ['lower', 'in small letters.'],
  ['title', 'Each Word With A Capital.'],
  ['capitalize', 'The first letter a capital.'],
  ['trim', 'Without the spaces around it.'],
  ['truncate', 'truncate(80): not longer than that.'],
  ['replace', "replace('a', 'b'): with one text for another."],
  ['round', 'round(2): to so many decimals.'],
  ['int', 'As a whole number.'],
  ['float', 'As a number.'],
  ['abs', 'Without its sign.'],
  ['sum', "sum(attribute='price'): all items added."],
  ['sort', "sort(attribute='name'): in order."],
  ['map', "map(attribute='name'): one part of each item."],
  ['selectattr', "selectattr('open'): the items of which that is true."],
  ['rejectattr', "rejectattr('open'): the items of which that is false."],
  ['groupby', "groupby('day'): lists of items that have the same."],
  ['unique', 'Each item once.'],
  ['reverse', 'The other way round.'],
  ['list', 'As a list.'],
  ['string', 'As a text.'],
].map(([name = '', means = '']) => ({ name, means }));

export const TAGS: (Word & { apply: string })[] = [
  { name: 'for', means: 'Once for each item of a list.', apply: 'for #{item} in #{items} %}#{}{% endfor' },
  { name: 'if', means: 'Only if something is so.', apply: 'if #{condition} %}#{}{% endif' },
  { name: 'elif', means: 'Else, if something else is so.', apply: 'elif #{condition}' },
  { name: 'else', means: 'If nothing of it is so.', apply: 'else' },
  { name: 'endfor', means: 'The end of for.', apply: 'endfor' },
  { name: 'endif', means: 'The end of if.', apply: 'endif' },
  { name: 'set', means: 'A name for a value.', apply: 'set #{name} = #{value}' },
  {
    name: 'macro',
    means: 'A part with a name, to be used more than once.',
    apply: 'macro #{name}(#{item}) %}#{}{% endmacro',
  },
  { name: 'endmacro', means: 'The end of macro.', apply: 'endmacro' },
];

const LOOP: Record<string, string> = {
  index: 'The number of the turn, from 1.',
  index0: 'The number of the turn, from 0.',
  first: 'Whether it is the first turn.',
  last: 'Whether it is the last turn: a comma goes before all others.',
  length: 'How many turns there are.',
};

const PATH = String.raw`[A-Za-z_]\w*(?:\.\w+|\[\d+\])*`;
const FOR = new RegExp(String.raw`^\{%[-+]?\s*for\s+([A-Za-z_]\w*)\s+in\s+(${PATH})?`);
const SET = new RegExp(String.raw`^\{%[-+]?\s*set\s+([A-Za-z_]\w*)\s*=\s*(${PATH})?`);
const MACRO = /^\{%[-+]?\s*macro\s+[A-Za-z_]\w*\(([^)]*)\)/;

/** The names that there are at an offset of a template, with what is known of each. */
export function namesAt(tree: Tree, at: number, data: Shape): Record<string, Shape> {
  const names: Record<string, Shape> = { ...data.members };
  const made = (name: string | undefined, found: Shape | null) => {
    if (name) names[name] = found ?? UNKNOWN;
  };
  for (const part of tree.parts) {
    if (part.from >= at) break;
    if (part.kind !== 'tag') continue;
    const written = tree.text.slice(part.from, part.to);
    const loop = FOR.exec(written);
    if (loop) {
      made(loop[1], resolved(names, loop[2])?.item ?? null);
      names.loop = LOOP_SHAPE;
    }
    const set = SET.exec(written);
    if (set) made(set[1], resolved(names, set[2]));
    for (const parameter of MACRO.exec(written)?.[1]?.split(',') ?? [])
      made(/[A-Za-z_]\w*/.exec(parameter)?.[0], null);
  }
  return names;
}

/** What a path such as `order.items[0].name` leads to. */
export function resolved(names: Record<string, Shape>, path: string | undefined): Shape | null {
  const [first = '', ...rest] = (path ?? '').replace(/\[(\d+)\]/g, '.$1').split('.');
  const found = Object.hasOwn(names, first) ? names[first] : undefined;
  return found ? shapeAt(found, rest) : null;
}

const UNKNOWN: Shape = {
  type: '',
  description: '',
  sample: '',
  required: [],
  choices: [],
  members: {},
  item: null,
};
const LOOP_SHAPE: Shape = {
  ...UNKNOWN,
  type: 'object',
  description: 'The loop around this.',
  members: Object.fromEntries(
    Object.entries(LOOP).map(([name, description]) => [name, { ...UNKNOWN, description }]),
  ),
};
