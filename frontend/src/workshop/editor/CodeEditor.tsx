/*
 * One of a widget's texts in CodeMirror. The page loads this, and CodeMirror with it, when a widget is opened.
 *
 * What is typed goes up with `type`; a value from outside replaces the text as a step that can be undone.
 */

import type { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { CodeEditorProps } from './code-props';
import { codeView, replaceText, setMarks } from './code-view';

export default function CodeEditor(props: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const { name, value, marks } = props;

  useEffect(() => {
    if (!place.current) return;
    const made = codeView(place.current, name, latest);
    view.current = made.view;
    latest.current.handle(made.handle);
    return () => {
      latest.current.handle(null);
      made.view.destroy();
      view.current = null;
    };
  }, [name]);
  useEffect(() => {
    if (view.current) replaceText(view.current, value);
  }, [value]);
  useEffect(() => {
    if (view.current) setMarks(view.current, marks);
  }, [marks]);

  return <div ref={place} className="ws-source" data-text={name} />;
}
