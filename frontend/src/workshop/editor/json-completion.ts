/* Completion in the schema, of JSON Schema's own words, and in the data, of what the schema describes. */
import type {
  Completion,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';
import { type Shape, shapeAt } from './data-shape';
import { type Holder, holderAt, type Part, partAt, treeOf } from './template-tree';

const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];
const KEYWORDS: [string, string][] = [
  ['type', 'string, number, integer, boolean, array, object or null.'],
  ['properties', 'The members of an object, each with its schema.'],
  ['required', 'The names of members that have to be there.'],
  ['items', 'The schema of each item of a list.'],
  ['enum', 'The values that are allowed.'],
  ['const', 'The only value that is allowed.'],
  ['description', 'What it is, for whoever fills it in: a model reads it.'],
  ['default', 'What it is where it is missing.'],
  ['examples', 'Examples of the value; one of the whole is sample data.'],
  ['additionalProperties', 'false: no other members than those described.'],
  ['minimum', 'The smallest number.'],
  ['maximum', 'The largest number.'],
  ['minLength', 'The fewest characters.'],
  ['maxLength', 'The most characters.'],
  ['minItems', 'The fewest items.'],
  ['maxItems', 'The most items.'],
  ['pattern', 'A regular expression that a text matches.'],
  ['format', 'date, date-time, email, uri and others.'],
  ['anyOf', 'One of these schemas, at least.'],
  ['oneOf', 'Exactly one of these schemas.'],
  ['$ref', 'The schema at another place: #/$defs/name.'],
  ['$defs', 'Schemas to refer to.'],
  ['title', 'A name for it.'],
];

type Spot = {
  role: 'name' | 'value';
  holder: Holder;
  name: string;
  from: number;
  to: number;
  quoted: boolean;
};

export const schemaCompletion: CompletionSource = (asked) => {
  const spot = spotOf(asked);
  if (!spot) return null;
  // Inside of "properties" and "$defs", names are one's own.
  if (spot.role === 'name' && !['properties', '$defs'].includes(spot.holder.name ?? ''))
    return result(
      spot,
      KEYWORDS.map(([label, info]) => ({ label, info, type: 'property' })),
    );
  if (spot.name === 'type')
    return result(
      spot,
      TYPES.map((label) => ({ label, type: 'enum' })),
    );
  if (spot.name === 'additionalProperties') return result(spot, [{ label: 'false', type: 'keyword' }]);
  if (spot.holder.kind === 'list' && spot.holder.name === 'required') {
    const described = treeOf(asked.state.doc.toString()).holders.find(
      (one) => one.name === 'properties' && one.holder?.from === spot.holder.holder?.from,
    );
    return result(
      spot,
      (described?.members ?? []).map(({ name }) => ({ label: name, type: 'property' })),
    );
  }
  return null;
};

export const dataCompletion =
  (data: () => Shape): CompletionSource =>
  (asked) => {
    const spot = spotOf(asked);
    const owner = spot && shapeAt(data(), pathOf(spot.holder));
    if (!spot || !owner) return null;
    if (spot.role === 'name') {
      const there = new Set(spot.holder.members.map(({ name }) => name));
      const missing = Object.entries(owner.members).filter(([name]) => !there.has(name));
      return result(
        spot,
        missing.map(([label, shape]) => ({
          label,
          detail: shape.type,
          info: shape.description,
          type: 'property',
        })),
      );
    }
    const shape = spot.name ? owner.members[spot.name] : owner.item;
    const words = shape?.type === 'boolean' ? ['true', 'false'] : (shape?.choices ?? []);
    return result(
      spot,
      words.map((word) => ({ label: word.replace(/^"|"$/g, ''), type: 'enum', apply: word })),
    );
  };

function spotOf(asked: CompletionContext): Spot | null {
  const tree = treeOf(asked.state.doc.toString());
  const part = partAt(tree, asked.pos);
  const holder = holderAt(tree, asked.pos);
  if (!holder) return null;
  const inside =
    part && (part.kind === 'string' || part.kind === 'word') && asked.pos > part.from ? part : null;
  if (inside?.kind === 'string' && isClosed(tree.text, inside) && asked.pos === inside.to) return null;
  if (!inside && !asked.explicit) return null;
  const before = tree.parts.findLast((one) => one.to <= (inside?.from ?? asked.pos) && one.holder === holder);
  const isValue = holder.kind === 'list' || tree.text[before?.from ?? -1] === ':';
  const name = isValue ? (holder.members.findLast((one) => one.from < asked.pos)?.name ?? '') : '';
  const quoted = inside?.kind === 'string';
  const from = inside ? inside.from + Number(quoted) : asked.pos;
  const to = inside ? inside.to - Number(quoted && isClosed(tree.text, inside)) : asked.pos;
  return {
    role: isValue ? 'value' : 'name',
    holder,
    name: holder.kind === 'list' ? '' : name,
    from,
    to,
    quoted,
  };
}

const isClosed = (text: string, part: Part) => part.to > part.from + 1 && text[part.to - 1] === '"';

function pathOf(holder: Holder): string[] {
  const path: string[] = [];
  for (let found: Holder | null = holder; found?.holder; found = found.holder)
    path.unshift(found.name ?? '[]');
  return path;
}

function result({ from, to, quoted, role }: Spot, options: Completion[]): CompletionResult | null {
  if (options.length === 0) return null;
  const written = options.map((option): Completion => {
    const word = String(option.apply ?? option.label).replace(/^"|"$/g, '');
    const isPlain = role === 'value' && ['true', 'false'].includes(word);
    return { ...option, apply: quoted || isPlain ? word : `"${word}"${role === 'name' ? ': ' : ''}` };
  });
  return { from, to, options: written, validFor: /^[\w$]*$/ };
}
