/*
 * What stands where in a template: JSON with Jinja in it, perhaps half typed. Tags are looked through, so that both
 * sides of an if are there, and what is missing is taken for not yet typed. JSON without Jinja is read, too.
 */

export type Part = {
  kind: 'string' | 'word' | 'punctuation' | 'expression' | 'tag' | 'comment';
  from: number;
  to: number;
  /** What a string or a word is in its object; the others have none. */
  role: 'name' | 'value' | null;
  /** The innermost object or list around it. */
  holder: Holder | null;
};

export type Holder = {
  kind: 'object' | 'list';
  from: number;
  /** Behind its closing bracket; the end of the text where there is none. */
  to: number;
  closed: boolean;
  holder: Holder | null;
  /** The name of the member that it is in the object around it. */
  name: string | null;
  /** The names of an object's members, each with the text of its value as far as it is a string or a word. */
  members: { name: string; from: number; to: number; value: string }[];
};

export type Tree = { text: string; parts: Part[]; holders: Holder[] };

type Reading = {
  tree: Tree;
  holder: Holder | null;
  names: Map<Holder, { name: string; colon: boolean } | null>;
};

const JINJA = { '{{': ['expression', '}}'], '{%': ['tag', '%}'], '{#': ['comment', '#}'] } as const;
const WORD = /[^\s{}[\]:,"]+/y;

export function treeOf(text: string): Tree {
  const reading: Reading = {
    tree: { text, parts: [], holders: [] },
    holder: null,
    names: new Map(),
  };
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at] as string)) at++;
    else at = take(reading, at);
  }
  for (const holder of reading.tree.holders) if (!holder.closed) holder.to = text.length;
  return reading.tree;
}

/** Reads one part, and gives where it ends. */
function take(reading: Reading, at: number): number {
  const { text } = reading.tree;
  const jinja = JINJA[text.slice(at, at + 2) as keyof typeof JINJA];
  if (jinja) {
    const end = endOfJinja(text, at, jinja[1]);
    put(reading, jinja[0], at, end);
    if (jinja[0] === 'expression') finishValue(reading, '');
    return end;
  }
  const first = text[at] as string;
  if (first === '"') {
    const end = endOfString(text, at);
    literal(reading, 'string', at, end, unquoted(text.slice(at, end)));
    return end;
  }
  if ('{}[]:,'.includes(first)) {
    punctuation(reading, first, at);
    return at + 1;
  }
  WORD.lastIndex = at;
  const end = at + (WORD.exec(text)?.[0].length ?? 1);
  literal(reading, 'word', at, end, text.slice(at, end));
  return end;
}

function punctuation(reading: Reading, mark: string, at: number) {
  const { holder, tree } = reading;
  const pending = holder && reading.names.get(holder);
  if (mark === '{' || mark === '[') {
    put(reading, 'punctuation', at, at + 1);
    const made: Holder = {
      kind: mark === '{' ? 'object' : 'list',
      from: at,
      to: at + 1,
      closed: false,
      holder,
      name: pending?.colon ? pending.name : null,
      members: [],
    };
    tree.holders.push(made);
    reading.holder = made;
    return;
  }
  if (mark === '}' || mark === ']') {
    const closing = mark === '}' ? 'object' : 'list';
    let closed = holder;
    while (closed && closed.kind !== closing) closed = closed.holder;
    if (closed) {
      for (let open = holder; open && open !== closed.holder; open = open.holder) {
        open.to = at + 1;
        open.closed = true;
      }
      reading.holder = closed.holder;
      finishValue(reading, '');
    }
  }
  if (holder && mark === ':' && pending) pending.colon = true;
  if (holder && mark === ',') reading.names.set(holder, null);
  put(reading, 'punctuation', at, at + 1);
}

function literal(reading: Reading, kind: 'string' | 'word', from: number, to: number, value: string) {
  const { holder } = reading;
  const pending = holder && reading.names.get(holder);
  const isName = holder?.kind === 'object' && !pending?.colon;
  put(reading, kind, from, to, isName ? 'name' : 'value');
  if (isName) {
    reading.names.set(holder, { name: value, colon: false });
    holder.members.push({ name: value, from, to, value: '' });
  } else finishValue(reading, value);
}

/** A member has its value; the next name may come without a comma, which a tag may print. */
function finishValue({ holder, names }: Reading, value: string) {
  if (holder?.kind !== 'object' || !names.get(holder)?.colon) return;
  const last = holder.members.at(-1);
  if (last && value) last.value = value;
  names.set(holder, null);
}

function put(
  { tree, holder }: Reading,
  kind: Part['kind'],
  from: number,
  to: number,
  role: Part['role'] = null,
) {
  tree.parts.push({ kind, from, to, role, holder });
}

export function endOfJinja(text: string, from: number, closing: string): number {
  const inside = closing === '#}' ? /#\}/g : /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[%}]\}/g;
  inside.lastIndex = from + 2;
  for (let found = inside.exec(text); found; found = inside.exec(text))
    if (found[0] === closing) return found.index + 2;
  const line = text.indexOf('\n', from);
  return line < 0 ? text.length : line;
}

/** Behind the closing quote, over the expressions in the string; the end of the line where there is none. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const jinja = JINJA[text.slice(at, at + 2) as keyof typeof JINJA];
    if (jinja) at = endOfJinja(text, at, jinja[1]) - 1;
    else if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
    else if (text[at] === '\n') return at;
  }
  return text.length;
}

export const unquoted = (written: string) => written.replace(/^"|"$/g, '');

/** The innermost object or list that an offset is in. */
export function holderAt(tree: Tree, at: number): Holder | null {
  let found: Holder | null = null;
  for (const holder of tree.holders) {
    if (holder.from >= at) break;
    if (at < holder.to || (!holder.closed && at <= holder.to)) found = holder;
  }
  return found;
}

/** The part that an offset is in, or at the end of. */
export function partAt(tree: Tree, at: number): Part | null {
  let touching: Part | null = null;
  for (const part of tree.parts) {
    if (part.from >= at && !(part.from === at && touching === null)) break;
    if (at <= part.to) touching = part;
  }
  return touching;
}
