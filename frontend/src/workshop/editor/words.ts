/*
 * What a name in a template means: on hover, and under the text for the name at the cursor, which is there for the
 * keyboard and the finger, too.
 */
import type { Text } from '@codemirror/state';
import { type EditorView, hoverTooltip, type Panel, showPanel, type ViewUpdate } from '@codemirror/view';
import { NODES, propAt } from '../vocabulary';
import { about } from './completion';
import type { Shape } from './data-shape';
import { FILTERS, namesAt, resolved, TAGS } from './jinja';
import { problemsAt } from './problems-at';
import { subjectAt } from './template-context';
import { treeIn } from './template-language';
import { partAt, type Tree } from './template-tree';

/** name, values and means, of what stands from one offset to another. */
type Words = { from: number; to: number; name: string; values: string; means: string };

export const wordsOnHover = (data: () => Shape) =>
  hoverTooltip((view, at) => {
    const found = wordsAt(view.state.doc, at, data());
    if (!found) return null;
    return {
      pos: found.from,
      end: found.to,
      above: true,
      create: () => ({ dom: drawn('div', 'cm-words', found) }),
    };
  });

export const wordsUnder = (data: () => Shape) =>
  showPanel.of((view): Panel => {
    const dom = document.createElement('div');
    dom.className = 'cm-panel cm-words-panel';
    const draw = ({ state }: EditorView | ViewUpdate) => {
      const found = wordsAt(state.doc, state.selection.main.head, data());
      const wrong = problemsAt(state).map((message) => paragraph('cm-words cm-words-wrong', message));
      const words = found ? drawn('div', 'cm-words', found) : paragraph('cm-words cm-words-hint', HINT);
      dom.replaceChildren(...(wrong.length > 0 && !found ? wrong : [...wrong, words]));
    };
    draw(view);
    return {
      dom,
      update(update) {
        const hasNewProblems = update.transactions.some(({ effects }) => effects.length > 0);
        if (update.docChanged || update.selectionSet || hasNewProblems) draw(update);
      },
    };
  });

const HINT = 'Put the cursor on a name to read about it.';

function paragraph(className: string, text: string): HTMLElement {
  const dom = document.createElement('p');
  dom.className = className;
  dom.textContent = text;
  return dom;
}

function wordsAt(doc: Text, at: number, data: Shape): Words | null {
  const tree = treeIn(doc);
  return ofJinja(tree, at, data) ?? ofJson(tree, at);
}

function ofJson(tree: Tree, at: number): Words | null {
  const subject = subjectAt(tree, at);
  if (!subject) return null;
  const { from, to, type, path, value } = subject;
  if (path.length === 1 && path[0] === 'type' && value)
    return NODES[value] ? { from, to, name: value, values: '', means: NODES[value].about } : null;
  const prop = propAt(type, path);
  if (!prop) return null;
  const extra = prop.required ? ', required' : prop.default ? `, default ${prop.default}` : '';
  return {
    from,
    to,
    name: `${type ? `${type}.` : ''}${path.join('.')}`,
    values: `${prop.values}${extra}`,
    means: prop.means,
  };
}

function ofJinja(tree: Tree, at: number, data: Shape): Words | null {
  const part = partAt(tree, at);
  if (!part || part.kind === 'punctuation' || part.kind === 'comment') return null;
  const written = tree.text.slice(part.from, part.to);
  const isInside = part.kind !== 'string' || /\{\{[^}]*$/.test(written.slice(0, at - part.from));
  if (!isInside || part.kind === 'word') return null;
  for (const found of written.matchAll(/[A-Za-z_]\w*(?:\.\w+|\[\d+\])*/g)) {
    const from = part.from + found.index;
    const to = from + found[0].length;
    if (at < from || at > to) continue;
    const before = written.slice(0, found.index).trimEnd();
    const word = (before.endsWith('|') ? FILTERS : TAGS).find(({ name }) => name === found[0]);
    if (word) return { from, to, name: word.name, values: '', means: word.means };
    // Of a path, what it is up to the cursor: in `order.items` the order, too.
    const end = found[0].slice(at - from).search(/[.[]/);
    const path = end < 0 ? found[0] : found[0].slice(0, at - from + end);
    const shape = resolved(namesAt(tree, part.to, data), path);
    return shape
      ? { from, to: from + path.length, name: path, values: shape.type, means: about(shape) }
      : null;
  }
  return null;
}

function drawn(tag: string, className: string, { name, values, means }: Words): HTMLElement {
  const dom = document.createElement(tag);
  dom.className = className;
  const line = document.createElement('p');
  const title = document.createElement('code');
  title.textContent = name;
  line.append(title, ...(values ? [': ', ...inWords(values)] : []));
  dom.append(line);
  if (means) {
    const more = document.createElement('p');
    more.append(...inWords(means));
    dom.append(more);
  }
  return dom;
}

/** Text with `code` in it. */
const inWords = (text: string): (string | HTMLElement)[] =>
  text.split('`').map((part, at) => {
    if (at % 2 === 0) return part;
    const code = document.createElement('code');
    code.textContent = part;
    return code;
  });
