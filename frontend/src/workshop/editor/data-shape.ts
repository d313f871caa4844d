/* What a template finds in its data: the names of the schema, and of the data where the schema says nothing. */

export type Shape = {
  type: string;
  description: string;
  /** A value of the data, as text. */
  sample: string;
  required: string[];
  choices: string[];
  members: Record<string, Shape>;
  item: Shape | null;
};

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

const DEEPEST = 12;

export function shapeOf(schemaText: string, dataText: string): Shape {
  const schema = parsed(schemaText);
  return merged(ofSchema(schema, schema, 0), ofData(parsed(dataText), 0));
}

/** A value by its path; a number or `[]` leads to the item of a list. */
export function shapeAt(root: Shape, path: string[]): Shape | null {
  let found: Shape | null = root;
  for (const name of path) {
    if (!found) return null;
    found = /^(\d+|\[\])$/.test(name) ? found.item : (found.members[name] ?? null);
  }
  return found;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function ofSchema(part: Json | undefined, root: Json, depth: number): Shape {
  if (!isObject(part) || depth > DEEPEST) return shape('');
  const target = typeof part.$ref === 'string' ? pointed(root, part.$ref) : undefined;
  if (target !== undefined) return ofSchema(target, root, depth + 1);
  for (const union of [part.anyOf, part.oneOf, part.allOf]) {
    const first = Array.isArray(union)
      ? union.find((one) => isObject(one) && one.type !== 'null')
      : undefined;
    if (first !== undefined && part.type === undefined)
      return { ...ofSchema(first, root, depth + 1), description: text(part.description) };
  }
  const types = Array.isArray(part.type) ? part.type : [part.type];
  const members = Object.entries(isObject(part.properties) ? part.properties : {}).map(
    ([name, inner]): [string, Shape] => [name, ofSchema(inner, root, depth + 1)],
  );
  return {
    ...shape(text(types.find((type) => type !== 'null'))),
    description: text(part.description),
    required: Array.isArray(part.required) ? part.required.map(text) : [],
    choices: (Array.isArray(part.enum) ? part.enum : []).map((value) => JSON.stringify(value)),
    members: Object.fromEntries(members),
    item: part.items === undefined ? null : ofSchema(part.items, root, depth + 1),
  };
}

function ofData(value: Json, depth: number): Shape {
  if (depth > DEEPEST) return shape('');
  const sample = JSON.stringify(value);
  if (Array.isArray(value)) {
    const item = value.map((one) => ofData(one, depth + 1)).reduce<Shape | null>(either, null);
    return { ...shape('array', sample), item };
  }
  if (!isObject(value)) return shape(value === null ? '' : typeof value, sample);
  const members = Object.entries(value).map(([name, inner]): [string, Shape] => [
    name,
    ofData(inner, depth + 1),
  ]);
  return { ...shape('object', sample), members: Object.fromEntries(members) };
}

const either = (one: Shape | null, other: Shape) => (one ? merged(one, other) : other);

function merged(one: Shape, other: Shape): Shape {
  const members = { ...other.members };
  for (const [name, inner] of Object.entries(one.members))
    members[name] = members[name] ? merged(inner, members[name]) : inner;
  return {
    ...one,
    type: one.type || other.type,
    sample: one.sample || other.sample,
    members,
    item: one.item && other.item ? merged(one.item, other.item) : (one.item ?? other.item),
  };
}

const shape = (type: string, sample = ''): Shape => ({
  type,
  description: '',
  sample: sample.length > 80 ? `${sample.slice(0, 79)}…` : sample,
  required: [],
  choices: [],
  members: {},
  item: null,
});
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: Json | undefined) => (typeof value === 'string' ? value : '');

function pointed(root: Json, pointer: string): Json | undefined {
  let found: Json | undefined = root;
  for (const part of pointer.replace(/^#\/?/, '').split('/').filter(Boolean))
    found = isObject(found) ? found[part.replace(/~1/g, '/').replace(/~0/g, '~')] : undefined;
  return pointer.startsWith('#') ? found : undefined;
}
