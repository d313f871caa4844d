/* CodeMirror in the colours of the page, which follow its scheme by themselves. */
import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--code-name)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: tags.keyword, color: 'var(--code-keyword)' },
  { tag: [tags.processingInstruction, tags.operator], color: 'var(--code-keyword)' },
  { tag: [tags.variableName, tags.function(tags.variableName)], color: 'var(--code-type)' },
  { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: [tags.bracket, tags.separator], color: 'var(--text-2)' },
  { tag: tags.invalid, color: 'var(--danger)' },
]);

export const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--surface)', fontSize: '0.8125rem' },
  // The frame around it shows the focus.
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.6', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', paddingBlock: '0.5rem' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text-3)',
    borderRight: '1px solid var(--border-subtle)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--focus) 28%, transparent)',
  },
  '.cm-selectionMatch, .cm-searchMatch': {
    backgroundColor: 'color-mix(in srgb, var(--warning) 24%, transparent)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--pressed)',
    outline: '1px solid var(--border-strong)',
  },
  '.cm-foldPlaceholder': {
    backgroundColor: 'var(--surface-2)',
    borderColor: 'var(--border)',
    color: 'var(--text-2)',
    padding: '0 0.375rem',
  },
  '.cm-foldGutter span': { cursor: 'pointer' },
  '.cm-lintRange-error, .cm-lintRange-info': {
    backgroundImage: 'none',
    paddingBottom: '0',
    textDecorationLine: 'underline',
    textDecorationStyle: 'wavy',
    textUnderlineOffset: '3px',
    textDecorationSkipInk: 'none',
  },
  '.cm-lintRange-error': { textDecorationColor: 'var(--danger)' },
  '.cm-lintRange-info': { textDecorationColor: 'var(--info)' },
  '.cm-lint-marker': {
    width: '0.5rem',
    height: '0.5rem',
    content: 'none',
    borderRadius: '50%',
    marginBlockStart: '0.45rem',
  },
  '.cm-lint-marker-error': { backgroundColor: 'var(--danger)' },
  '.cm-lint-marker-info': { backgroundColor: 'var(--info)' },
  '.cm-gutter-lint': { width: '0.875rem' },
  '.cm-tooltip': {
    maxWidth: 'min(26rem, calc(100vw - 2rem))',
    border: '1px solid var(--border)',
    borderRadius: '0.5rem',
    backgroundColor: 'var(--elevated)',
    boxShadow: 'var(--shadow)',
    color: 'var(--text)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', maxHeight: '14rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.25rem 0.5rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--surface-3)',
    color: 'var(--text)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal' },
  '.cm-tooltip.cm-completionInfo': {
    padding: '0.5rem 0.75rem',
    font: '0.8125rem/1.5 var(--font)',
    whiteSpace: 'pre-line',
  },
  '.cm-words': { padding: '0.5rem 0.75rem', font: '0.8125rem/1.5 var(--font)' },
  '.cm-words code': { fontFamily: 'var(--font-mono)', fontSize: '0.9em' },
  '.cm-words p': { margin: '0' },
  '.cm-words-wrong': { margin: '0', color: 'var(--danger)', paddingBlockEnd: '0' },
  '.cm-words-hint': { margin: '0', color: 'var(--text-3)' },
  '.cm-diagnostic': {
    borderLeft: 'none',
    padding: '0.5rem 0.75rem',
    font: '0.8125rem/1.5 var(--font)',
    whiteSpace: 'normal',
  },
  '.cm-diagnostic-error': { color: 'var(--danger)' },
  '.cm-panels': {
    backgroundColor: 'var(--surface-2)',
    color: 'var(--text)',
    borderColor: 'var(--border-subtle)',
  },
  '.cm-panel.cm-search': { padding: '0.5rem 2rem 0.5rem 0.5rem' },
  '.cm-panel input, .cm-panel button, .cm-panel label': { fontSize: '0.8125rem' },
  '.cm-textfield': {
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--border)',
    borderRadius: '0.375rem',
    color: 'var(--text)',
  },
  '.cm-button': {
    background: 'var(--surface)',
    border: '1px solid var(--border)',
    borderRadius: '0.375rem',
    color: 'var(--text)',
  },
  '.cm-panel.cm-words-panel': {
    minHeight: '2.1em',
    borderTop: '1px solid var(--border-subtle)',
    backgroundColor: 'var(--surface)',
  },
});
