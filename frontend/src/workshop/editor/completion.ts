/* Completion in a template: nodes, props, values and icons in its JSON, names of the data in its Jinja. */
import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
  snippet,
  startCompletion,
} from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';
import { ICONS, NODES, type Prop, propAt, propsOf } from '../vocabulary';
import type { Shape } from './data-shape';
import { FILTERS, namesAt, resolved, TAGS } from './jinja';
import { type Context, contextAt } from './template-context';
import { type Tree, treeOf } from './template-tree';

type Value = Extract<Context, { place: 'value' }>;
type Name = Extract<Context, { place: 'name' }>;

export function templateCompletion(data: () => Shape): CompletionSource {
  return (asked: CompletionContext): CompletionResult | null => {
    const tree = treeOf(asked.state.doc.toString());
    const context = contextAt(tree, asked.pos);
    if (context?.place === 'jinja') return inJinja(asked, tree, context, data());
    // Between the brackets only where it is asked for: most keys there are spaces and line breaks.
    if (!context || (!asked.explicit && !context.quoted && context.from === asked.pos)) return null;
    const options = context.place === 'name' ? names(context) : values(context, data());
    return options.length > 0
      ? { from: context.from, to: context.to, options, validFor: /^[\w.:-]*$/ }
      : null;
  };
}

function names({ type, path, there, quoted }: Name): Completion[] {
  const known = Object.entries(propsOf(type, path)).filter(([name]) => !there.includes(name));
  return known.map(([name, prop]) => ({
    label: name,
    type: 'property',
    detail: prop.required ? 'required' : '',
    info: prop.means,
    boost: name === 'type' ? 9 : prop.required ? 5 : name === 'id' || name === 'key' ? -9 : 0,
    apply: (view, _completion, from, to) => putName(view, name, prop, { from, to, quoted }),
  }));
}

type Span = { from: number; to: number; quoted: boolean };

/** Writes a name, and with it the colon and the quotes or brackets that its value begins with. */
function putName(view: EditorView, name: string, prop: Prop, { from, to, quoted }: Span) {
  const text = view.state.doc;
  const behind = text.sliceString(to, Math.min(to + 40, text.length));
  const closing = quoted && behind.startsWith('"') ? 1 : 0;
  const hasColon = /^\s*:/.test(behind.slice(closing));
  const [before, after] = hasColon ? ['', ''] : frame(name, prop);
  const written = `${quoted ? '' : '"'}${name}"${hasColon ? '' : ': '}${before}`;
  view.dispatch({
    changes: { from, to: to + closing, insert: written + after },
    selection: { anchor: from + written.length },
    scrollIntoView: true,
    userEvent: 'input.complete',
  });
  if (!hasColon) startCompletion(view);
}

function frame(name: string, prop: Prop): [string, string] {
  if (prop.is === 'nodes') return ['[', ']'];
  if (prop.is === 'action') return ['{"type": "', '"}'];
  if (prop.is === 'icon' || name === 'type') return ['"', '"'];
  const words = prop.choices?.filter((word) => word !== 'true' && word !== 'false') ?? [];
  if (words.length > 0 && words.length === prop.choices?.length) return ['"', '"'];
  return prop.values === 'object' ? ['{', '}'] : ['', ''];
}

function values(context: Value, data: Shape): Completion[] {
  const { type, path, quoted, isNode, isRoot } = context;
  if (isNode && !quoted) return newNodes(path.length === 0 && type === '');
  const prop = propAt(type, path);
  const isNodeType = path.length === 1 && path[0] === 'type';
  const words = isNodeType ? nodeNames(isRoot) : prop?.is === 'icon' ? ICONS : (prop?.choices ?? []);
  const options: Completion[] = words
    .filter((word) => !quoted || !['true', 'false'].includes(word))
    .map((word) => ({
      label: word,
      type: isNodeType ? 'class' : 'enum',
      ...(isNodeType ? { info: NODES[word]?.about ?? '' } : {}),
      ...(word === prop?.default ? { detail: 'default' } : {}),
      apply: quoted || word === 'true' || word === 'false' ? word : `"${word}"`,
    }));
  return quoted ? options : [...options, ...ofData(data)];
}

const nodeNames = (isRoot: boolean) =>
  Object.entries(NODES)
    .toSorted(([, one], [, other]) => Number(!!other.root === isRoot) - Number(!!one.root === isRoot))
    .map(([name]) => name);

/** Whole nodes, with the props that they need. */
function newNodes(isRoot: boolean): Completion[] {
  const fitting = Object.entries(NODES).filter(([, node]) => !!node.root === isRoot);
  return fitting.map(([name, node]) => ({
    label: name,
    type: 'class',
    info: node.about,
    apply: snippet(written(name, node.props)),
  }));
}

function written(name: string, props: Record<string, Prop>): string {
  const needed = Object.entries(props)
    .filter(([path, prop]) => prop.required && !path.includes('.'))
    .map(([path, prop]) => {
      const [before, after] = frame(path, prop);
      const plain = prop.values === 'text' ? ['"', '"'] : [before, after];
      return `"${path}": ${plain[0]}#{}${plain[1]}`;
    });
  return `{${[`"type": "${name}"`, ...needed].join(', ')}}`;
}

const ofData = (data: Shape): Completion[] =>
  Object.entries(data.members).map(([name, shape]) => ({
    label: `{{ ${name} | tojson }}`,
    type: 'variable',
    detail: shape.type,
    info: about(shape),
  }));

function inJinja(
  asked: CompletionContext,
  tree: Tree,
  { kind, written: before }: Extract<Context, { place: 'jinja' }>,
  data: Shape,
): CompletionResult | null {
  const word = /\w*$/.exec(before)?.[0] ?? '';
  const from = asked.pos - word.length;
  const ahead = before.slice(0, before.length - word.length);
  const found = (options: Completion[]) => (options.length > 0 ? { from, options, validFor: /^\w*$/ } : null);
  if (/(['"])(?:(?!\1)[^\\]|\\.)*$/.test(ahead.replace(/(['"])(?:(?!\1)[^\\]|\\.)*\1/g, ''))) return null;
  if (kind === 'tag' && /^\{%[-+]?\s*$/.test(ahead)) return found(tags());
  if (/\|\s*$/.test(ahead))
    return found(
      FILTERS.map(({ name, means }, at) => ({ label: name, type: 'function', info: means, boost: -at })),
    );
  const path = /([A-Za-z_]\w*(?:\.\w+|\[\d+\])*)\.$/.exec(ahead)?.[1];
  const names = namesAt(tree, asked.pos, data);
  if (path) return found(members(resolved(names, path)?.members ?? {}));
  if (ahead.endsWith('.') || (!asked.explicit && word === '' && !/[{%]\{?[-+]?\s$/.test(ahead))) return null;
  return found(members(names));
}

const members = (shapes: Record<string, Shape>): Completion[] =>
  Object.entries(shapes).map(([label, shape]) => ({
    label,
    type: 'variable',
    detail: shape.type,
    info: about(shape),
  }));

const tags = (): Completion[] =>
  TAGS.map(({ name, means, apply }, at) => ({
    label: name,
    type: 'keyword',
    info: means,
    boost: -at,
    apply: (view, completion, from, to) => {
      // What closes the tag may stand there already.
      const isClosed = /^\s*[-+]?%\}/.test(view.state.doc.sliceString(to, to + 4));
      const end = isClosed ? '' : ' %}';
      snippet(`${apply}${end}`)(view, completion, from, to);
    },
  }));

/** What the schema says of a name, or else an example of it; null where there is neither. */
export const about = ({ description, sample }: Shape): string =>
  [description, sample && `Here: ${sample}`].filter(Boolean).join('\n');
