/* How a template looks and is typed: JSON with Jinja in it, told apart by colour, folded and indented by its brackets. */
import { foldService, indentService, StreamLanguage, type StringStream } from '@codemirror/language';
import type { Extension, Text } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { type Tree, treeOf } from './template-tree';

/** inString: in a text that goes on behind an expression. inside: the bracket of Jinja that is open. */
type State = { inString: 'name' | 'text' | null; inside: '}}' | '%}' | '#}' | null; isFirst: boolean };

const KEYWORDS =
  /^(?:for|endfor|in|if|elif|else|endif|set|endset|macro|endmacro|call|endcall|filter|endfilter|with|endwith|raw|endraw|block|endblock|is|not|and|or|import|from|include|extends|loop|true|false|none)\b/;
const OPENING = /^\{([{%#])[-+]?/;
const CLOSING = { '{': '}}', '%': '%}', '#': '#}' } as const;

const language = StreamLanguage.define<State>({
  name: 'widget-template',
  startState: () => ({ inString: null, inside: null, isFirst: false }),
  copyState: (state) => ({ ...state }),
  token: (stream, state) =>
    state.inside ? jinja(stream, state) : state.inString ? text(stream, state) : json(stream, state),
  languageData: {
    closeBrackets: { brackets: ['[', '{', '"', '('] },
    commentTokens: { block: { open: '{#', close: '#}' } },
  },
});

function json(stream: StringStream, state: State): string | null {
  if (stream.eatSpace()) return null;
  if (opens(stream, state)) return state.inside === '#}' ? 'comment' : 'processingInstruction';
  if (stream.peek() === '"') {
    state.inString = /^"(?:\\.|[^"\\])*"\s*:/.test(stream.string.slice(stream.pos)) ? 'name' : 'text';
    stream.next();
    return text(stream, state);
  }
  if (stream.match(/^-?\d[\d.eE+-]*/)) return 'number';
  if (stream.match(/^(?:true|false|null)\b/)) return 'bool';
  if (stream.match(/^[{}[\]]/)) return 'bracket';
  if (stream.match(/^[:,]/)) return 'separator';
  stream.next();
  return 'invalid';
}

function text(stream: StringStream, state: State): string {
  const style = state.inString === 'name' ? 'propertyName' : 'string';
  while (!stream.eol()) {
    if (OPENING.test(stream.string.slice(stream.pos))) {
      if (stream.pos > stream.start) return style;
      opens(stream, state);
      return 'processingInstruction';
    }
    const next = stream.next();
    if (next === '\\') stream.next();
    else if (next === '"') {
      state.inString = null;
      return style;
    }
  }
  state.inString = null;
  return style;
}

function opens(stream: StringStream, state: State): boolean {
  const found = stream.match(OPENING) as RegExpMatchArray | null;
  if (!found) return false;
  state.inside = CLOSING[found[1] as keyof typeof CLOSING];
  state.isFirst = state.inside === '%}';
  return true;
}

function jinja(stream: StringStream, state: State): string | null {
  if (state.inside === '#}') {
    if (stream.skipTo('#}')) {
      stream.match('#}');
      state.inside = null;
    } else stream.skipToEnd();
    return 'comment';
  }
  if (stream.eatSpace()) return null;
  if (stream.match(state.inside === '}}' ? /^[-+]?\}\}/ : /^[-+]?%\}/)) {
    state.inside = null;
    return 'processingInstruction';
  }
  if (stream.match(/^(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/)) return 'string';
  if (stream.match(/^\d[\d.]*/)) return 'number';
  if (stream.match(KEYWORDS)) return 'keyword';
  if (stream.match(/^\|\s*/)) return 'operator';
  if (stream.match(/^[A-Za-z_]\w*/)) {
    const before = stream.string.slice(0, stream.start).trimEnd();
    return before.endsWith('|') ? 'variableName.function' : 'variableName';
  }
  stream.next();
  return 'operator';
}

const trees = new WeakMap<Text, Tree>();

/** What stands in a document, read once for each of its states. */
export function treeIn(doc: Text): Tree {
  const known = trees.get(doc);
  if (known) return known;
  const made = treeOf(doc.toString());
  trees.set(doc, made);
  return made;
}

const folding = foldService.of((state, from, to) => {
  const { holders, parts, text: written } = treeIn(state.doc);
  const holder = holders.find((one) => one.closed && one.from >= from && one.from < to && one.to > to);
  if (holder) return { from: holder.from + 1, to: holder.to - 1 };
  const opening = parts.findIndex((part) => part.kind === 'tag' && part.from >= from && part.to <= to);
  const word = tagWord(written, parts[opening]);
  if (!['for', 'if', 'macro'].includes(word)) return null;
  let depth = 0;
  for (const part of parts.slice(opening)) {
    const found = part.kind === 'tag' ? tagWord(written, part) : '';
    if (found === word) depth++;
    if (found === `end${word}` && --depth === 0)
      return part.from > to ? { from: parts[opening]?.to ?? to, to: part.from } : null;
  }
  return null;
});

const tagWord = (written: string, part: { from: number; to: number } | undefined) =>
  part ? (/^\{%[-+]?\s*(\w+)/.exec(written.slice(part.from, part.to))?.[1] ?? '') : '';

const indenting = indentService.of((context, at) => {
  const { doc } = context.state;
  const line = doc.lineAt(at);
  const here = context.lineAt(at, 1);
  const isBroken = here.from !== line.from;
  const before = isBroken
    ? context.lineAt(at, -1).text
    : line.number > 1
      ? doc.line(line.number - 1).text
      : '';
  const start = /^\s*/.exec(before)?.[0].length ?? 0;
  const deeper = /[[{]$|\{%[-+]?\s*(?:for|if|elif|else|macro)\b[^%]*%\}$/.test(before.trimEnd());
  const closes = /^\s*(?:[\]}]|\{%[-+]?\s*(?:end|el))/.test(here.text);
  return Math.max(0, start + (Number(deeper) - Number(closes)) * context.unit);
});

/** A percent sign behind a brace makes a tag. */
const tagBrackets = EditorView.inputHandler.of((view, from, to, written) => {
  const { doc } = view.state;
  if (written !== '%' || from !== to || doc.sliceString(from - 1, from + 1) !== '{}') return false;
  view.dispatch({
    changes: { from, insert: '%  %' },
    selection: { anchor: from + 2 },
    userEvent: 'input.type',
  });
  return true;
});

export const template = (): Extension => [language, folding, indenting, tagBrackets];
