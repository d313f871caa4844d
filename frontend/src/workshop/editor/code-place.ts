/* Places as the server counts them: lines and columns from 1, a character of two UTF-16 units as one. */
import type { Text } from '@codemirror/state';

export function offsetOf(doc: Text, line: number, column: number): number {
  // The text may be shorter than it was when the place was found.
  if (line > doc.lines) return doc.length;
  const { from, text } = doc.line(Math.max(1, line));
  return (
    from +
    Array.from(text)
      .slice(0, column - 1)
      .join('').length
  );
}
