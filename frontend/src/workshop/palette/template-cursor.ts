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
