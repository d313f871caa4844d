/*
 * What the palette and the props need of the editor of a template: where the cursor is, and a way to put text there.
 * Any editor that undoes what is put in as one step can offer it.
 */
export type TemplateCursor = {
  text(): string;
  /** An offset into the text. */
  position(): number;
  /**
   * Puts text in place of `from` to `to`, which are the cursor's where they are not given, and takes the focus.
   * `cursor`: where it is afterwards, behind the text where it is not given.
   */
  insert(text: string, from?: number, to?: number, cursor?: number): void;
  /** Calls back when the cursor or the text has changed; gives what ends it. */
  onMove(moved: () => void): () => void;
};

const MOVES = ['input', 'keyup', 'click', 'focus', 'select', 'selectionchange'];

/** The cursor of a plain text area. */
export function textareaCursor(area: HTMLTextAreaElement): TemplateCursor {
  return {
    text: () => area.value,
    position: () => area.selectionStart,
    insert: (text, from = area.selectionStart, to = Math.max(from, area.selectionEnd), cursor) => {
      area.focus();
      area.setSelectionRange(from, to);
      // As if it was typed, so that it can be undone.
      const done = text ? document.execCommand('insertText', false, text) : document.execCommand('delete');
      if (!done) {
        area.setRangeText(text, from, to, 'end');
        area.dispatchEvent(new Event('input', { bubbles: true }));
      }
      const at = cursor ?? from + text.length;
      area.setSelectionRange(at, at);
    },
    onMove: (moved) => {
      for (const event of MOVES) area.addEventListener(event, moved);
      return () => {
        for (const event of MOVES) area.removeEventListener(event, moved);
      };
    },
  };
}
