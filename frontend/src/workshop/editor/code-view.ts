/* A CodeMirror view with what all three texts have: lines, problems, folding, search, undo, completion and words. */
import {
  autocompletion,
  type CompletionSource,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import {
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import {
  type Diagnostic,
  lintGutter,
  lintKeymap,
  nextDiagnostic,
  previousDiagnostic,
  setDiagnostics,
} from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Annotation, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  tooltips,
} from '@codemirror/view';
import type { Mark, TextName } from '../workshop-api';
import { offsetOf } from './code-place';
import type { CodeEditorProps, CodeHandle } from './code-props';
import { colours, theme } from './code-theme';
import { templateCompletion } from './completion';
import { format, formatJson } from './format';
import { dataCompletion, schemaCompletion } from './json-completion';
import { announceProblem } from './problems-at';
import { template } from './template-language';
import { wordsOnHover, wordsUnder } from './words';

const fromOutside = Annotation.define<boolean>();

export function codeView(parent: HTMLElement, name: TextName, latest: { current: CodeEditorProps }) {
  const moved = new Set<() => void>();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: latest.current.value,
      extensions: [
        language(name, latest),
        keymap.of([
          { key: 'Mod-s', preventDefault: true, run: () => saved(latest) },
          { key: 'F8', run: (here) => nextDiagnostic(here) && announceProblem(here) },
          { key: 'Shift-F8', run: (here) => previousDiagnostic(here) && announceProblem(here) },
          { key: 'Shift-Alt-f', preventDefault: true, run: (here) => formatted(here, name) },
        ]),
        everywhere(latest.current),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((one) => one.annotation(fromOutside)))
            latest.current.type(update.state.doc.toString());
          if (update.docChanged || update.selectionSet) for (const call of moved) call();
        }),
      ],
    }),
  });
  setMarks(view, latest.current.marks);
  return { view, handle: handleOf(view, name, moved) };
}

function language(name: TextName, latest: { current: CodeEditorProps }): Extension {
  const data = () => latest.current.data;
  if (name === 'template')
    return [template(), completing(templateCompletion(data)), wordsOnHover(data), wordsUnder(data)];
  const source = name === 'schema' ? schemaCompletion : dataCompletion(data);
  return [json(), completing(source)];
}

/** Without a delay: Enter on a list takes from it, since no text in JSON has a line break. */
const completing = (source: CompletionSource) =>
  autocompletion({ override: [source], icons: false, interactionDelay: 0 });

const everywhere = ({ label, hint }: CodeEditorProps): Extension => [
  lineNumbers(),
  foldGutter({ openText: '▾', closedText: '▸' }),
  codeFolding(),
  lintGutter(),
  history(),
  drawSelection(),
  indentUnit.of('  '),
  EditorState.tabSize.of(2),
  EditorView.lineWrapping,
  bracketMatching(),
  closeBrackets(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  highlightSelectionMatches(),
  search({ top: true }),
  // Over the whole page: what is fixed to its bottom would cover them otherwise.
  tooltips({ parent: document.body }),
  // Also where Escape has closed or collapsed something: what the hint says is so each time.
  EditorView.domEventObservers({
    keydown: ({ key }, view) => {
      if (key === 'Escape') view.setTabFocusMode(2000);
    },
  }),
  syntaxHighlighting(colours),
  theme,
  EditorView.contentAttributes.of({
    'aria-label': label,
    'aria-describedby': hint,
    spellcheck: 'false',
    tabindex: '0',
  }),
  keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...foldKeymap,
    ...lintKeymap,
    indentWithTab,
    ...defaultKeymap,
  ]),
];

/** A text from outside, as one step; only what differs is replaced, so that the cursor stays. */
export function replaceText(view: EditorView, text: string) {
  const before = view.state.doc.toString();
  const after = text.replace(/\r\n?/g, '\n');
  if (before === after) return;
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++;
  view.dispatch({
    changes: { from: start, to: before.length - end, insert: after.slice(start, after.length - end) },
    annotations: fromOutside.of(true),
  });
}

export function setMarks(view: EditorView, marks: Mark[]) {
  const { doc } = view.state;
  const found = marks.map((mark): Diagnostic => {
    const from = offsetOf(doc, mark.line, mark.column);
    const to = Math.max(from, offsetOf(doc, mark.end_line, mark.end_column));
    return { from, to, severity: mark.notice ? 'info' : 'error', message: mark.message };
  });
  view.dispatch(setDiagnostics(view.state, found));
}

function saved(latest: { current: CodeEditorProps }): boolean {
  latest.current.save();
  return true;
}

function formatted(view: EditorView, name: TextName): boolean {
  const text = view.state.doc.toString();
  const made = name === 'template' ? format(text) : formatJson(text);
  if (made === null) return false;
  if (made !== text)
    view.dispatch({
      changes: { from: 0, to: text.length, insert: made },
      userEvent: 'input.format',
      scrollIntoView: true,
    });
  return true;
}

const handleOf = (view: EditorView, name: TextName, moved: Set<() => void>): CodeHandle => ({
  jump(line, column) {
    const at = offsetOf(view.state.doc, line, column);
    view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    view.focus();
    announceProblem(view);
    view.dom.scrollIntoView({ block: 'nearest' });
  },
  format: () => formatted(view, name),
  text: () => view.state.doc.toString(),
  position: () => view.state.selection.main.head,
  insert(text, from, to, cursor) {
    const { main } = view.state.selection;
    const start = from ?? main.from;
    view.dispatch({
      changes: { from: start, to: to ?? (from === undefined ? main.to : from), insert: text },
      selection: { anchor: cursor ?? start + text.length },
      scrollIntoView: true,
      userEvent: 'input.paste',
    });
    view.focus();
  },
  onMove(call) {
    moved.add(call);
    return () => moved.delete(call);
  },
});
