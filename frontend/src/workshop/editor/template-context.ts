/* Where the cursor is in a template, in terms of nodes, props and Jinja. */
import { type Holder, holderAt, type Part, partAt, type Tree, unquoted } from './template-tree';

export type Context =
  /** The name of a prop. path: the props around it, within the node. */
  | {
      place: 'name';
      type: string;
      path: string[];
      from: number;
      to: number;
      quoted: boolean;
      there: string[];
    }
  /** The value of a prop; of a list of nodes, an item. */
  | {
      place: 'value';
      type: string;
      path: string[];
      from: number;
      to: number;
      quoted: boolean;
      isRoot: boolean;
      isNode: boolean;
    }
  /** Inside of an expression or a tag. written: from its bracket to the cursor. */
  | { place: 'jinja'; kind: 'expression' | 'tag'; from: number; written: string };

export function contextAt(tree: Tree, at: number): Context | null {
  const part = partAt(tree, at);
  const jinja = jinjaAt(tree, part, at);
  if (jinja) return jinja;
  if (part?.kind === 'comment' && at < part.to) return null;
  if (part && (part.kind === 'string' || part.kind === 'word') && at > part.from)
    return inLiteral(tree, part, at);
  return between(tree, at);
}

function jinjaAt(tree: Tree, part: Part | null, at: number): Context | null {
  if (!part || part.kind === 'comment' || part.kind === 'punctuation') return null;
  // Also in a string, as in "row-{{ loop.index }}".
  const before = tree.text.slice(part.from, at);
  const open = Math.max(before.lastIndexOf('{{'), before.lastIndexOf('{%'));
  if (open < 0 || at < part.from + open + 2 || /[%}]\}/.test(before.slice(open + 2))) return null;
  const from = part.from + open;
  return {
    place: 'jinja',
    kind: tree.text[from + 1] === '{' ? 'expression' : 'tag',
    from,
    written: tree.text.slice(from, at),
  };
}

function inLiteral(tree: Tree, part: Part, at: number): Context | null {
  const quoted = part.kind === 'string';
  const isEnded = quoted && part.to > part.from + 1 && tree.text[part.to - 1] === '"';
  if (isEnded && at === part.to) return null;
  const from = quoted ? part.from + 1 : part.from;
  const to = isEnded ? part.to - 1 : part.to;
  const { holder } = part;
  if (!holder) return null;
  const owner = ownerOf(holder);
  if (part.role === 'name') {
    const there = holder.members.filter((member) => member.from !== part.from).map(({ name }) => name);
    return { place: 'name', ...owner, from, to, quoted, there };
  }
  const name = holder.members.findLast((member) => member.from < part.from)?.name;
  if (holder.kind === 'object' && name === undefined) return null;
  return value(holder, owner, holder.kind === 'object' ? (name as string) : null, { from, to, quoted });
}

function between(tree: Tree, at: number): Context | null {
  const holder = holderAt(tree, at);
  if (!holder) return tree.parts.length === 0 ? rootValue(at) : null;
  const owner = ownerOf(holder);
  const span = { from: at, to: at, quoted: false };
  const last = tree.parts.findLast((part) => part.to <= at && part.holder === holder && part.kind !== 'tag');
  const mark = last?.kind === 'punctuation' ? tree.text[last.from] : '';
  if (holder.kind === 'list') return value(holder, owner, null, span);
  if (mark === ':')
    return value(holder, owner, holder.members.findLast((one) => one.from < at)?.name ?? '', span);
  const there = holder.members.map(({ name }) => name);
  return { place: 'name', ...owner, ...span, there };
}

const rootValue = (at: number): Context => ({
  place: 'value',
  type: '',
  path: [],
  from: at,
  to: at,
  quoted: false,
  isRoot: true,
  isNode: true,
});

function value(
  holder: Holder,
  owner: { type: string; path: string[] },
  name: string | null,
  span: { from: number; to: number; quoted: boolean },
): Context {
  return {
    place: 'value',
    type: owner.type,
    path: name === null ? owner.path : [...owner.path, name],
    ...span,
    isRoot: holder.holder === null && name === 'type',
    isNode: name === null ? holder.name === 'children' : name === 'children',
  };
}

/** The node that an object or a list belongs to, and the props between the two. */
export function ownerOf(holder: Holder): { type: string; path: string[] } {
  const path: string[] = [];
  let found: Holder = holder;
  while (!isNode(found)) {
    if (found.name !== null) path.unshift(found.name);
    if (!found.holder) break;
    found = found.holder;
  }
  return { type: typeOf(found), path };
}

const isNode = (holder: Holder): boolean =>
  holder.kind === 'object' &&
  (holder.holder === null ||
    holder.name === 'children' ||
    (holder.holder.kind === 'list' && holder.holder.name === 'children'));

export const typeOf = (holder: Holder) => holder.members.find(({ name }) => name === 'type')?.value ?? '';

/** A name of a prop or a node, and what it is in: for the words about it. */
export function subjectAt(
  tree: Tree,
  at: number,
): { from: number; to: number; type: string; path: string[]; value: string } | null {
  const part = partAt(tree, at);
  if (!part?.holder || (part.kind !== 'string' && part.kind !== 'word')) return null;
  const owner = ownerOf(part.holder);
  const written = unquoted(tree.text.slice(part.from, part.to));
  if (part.role === 'name') return { ...part, ...owner, path: [...owner.path, written], value: '' };
  const name = part.holder.members.findLast((member) => member.from < part.from)?.name;
  return { ...part, ...owner, path: name ? [...owner.path, name] : owner.path, value: written };
}
