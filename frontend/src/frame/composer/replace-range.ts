/**
 * Writes into a text field as a user would: the browser's undo knows of it, and React gets the event. The command is
 * deprecated in name only; nothing else keeps the undo history.
 */
export function replaceRange(field: HTMLTextAreaElement, start: number, end: number, text: string) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(start, end);
  const done = text
    ? document.execCommand?.('insertText', false, text)
    : start === end || document.execCommand?.('delete');
  if (done) return;
  field.setRangeText(text, start, end, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** A key that is part of writing with an input method; Safari ends the composition before it reports the key. */
export const isComposing = (event: { isComposing: boolean; keyCode: number }) =>
  event.isComposing || event.keyCode === 229;
