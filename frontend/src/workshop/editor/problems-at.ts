/* The problems at the cursor: said to screen readers where one is gone to, and shown below the text. */
import { forEachDiagnostic } from '@codemirror/lint';
import type { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

export function problemsAt(state: EditorState): string[] {
  const at = state.selection.main.head;
  const found: string[] = [];
  forEachDiagnostic(state, ({ message }, from, to) => {
    if (from <= at && at <= to) found.push(message);
  });
  return found;
}

export function announceProblem(view: EditorView): boolean {
  const found = problemsAt(view.state);
  if (found.length > 0) view.dispatch({ effects: EditorView.announce.of(found.join(' ')) });
  return true;
}
