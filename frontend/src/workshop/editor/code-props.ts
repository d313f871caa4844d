/* What the page gives to the editor of a text, and what it gets. */
import type { Mark, TextName } from '../workshop-api';
import type { Shape } from './data-shape';

export type CodeHandle = {
  /** Puts the cursor there, and the focus. Lines and columns count from 1. */
  jump(line: number, column: number): void;
  /** False where the text cannot be laid out. */
  format(): boolean;
  text(): string;
  position(): number;
  /** Puts text in place of `from` to `to`, which are the cursor's where they are not given, and takes the focus. */
  insert(text: string, from?: number, to?: number, cursor?: number): void;
  /** Calls back when the cursor or the text has changed; gives what ends it. */
  onMove(moved: () => void): () => void;
};

export type CodeEditorProps = {
  name: TextName;
  label: string;
  hint: string;
  value: string;
  marks: Mark[];
  data: Shape;
  type(value: string): void;
  save(): void;
  /** What else the page can do with the text, while it is there. */
  handle(handle: CodeHandle | null): void;
};
