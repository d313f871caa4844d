import { toJsxRuntime } from 'hast-util-to-jsx-runtime';
import { type ComponentProps, createContext, memo, type ReactNode, useContext, useMemo } from 'react';
import { Fragment, jsx, jsxs } from 'react/jsx-runtime';
import { InlineCode, Preformatted, Table, TaskCheckbox } from './elements';
import { FormulaView, useKatex } from './FormulaView';
import { FORMULA_TAG } from './formula-elements';
import { MARK_TAG, withoutMarks } from './inline-marks';
import { Link } from './Link';
import { NoteReference } from './Notes';
import { Picture } from './Picture';
import { NOTE_TAG, type Parsed, parse } from './parse';

/** What is drawn in the place of a mark (inline-marks.ts). */
export type RenderMark = (number: number) => ReactNode;
export const RenderMarkContext = createContext<RenderMark>(() => null);

// What they are given comes from a text; what they read from it is checked where it is read.
const components = {
  a: Link,
  img: Picture,
  input: TaskCheckbox,
  table: Table,
  code: InlineCode,
  pre: Preformatted,
  [MARK_TAG]: InlineMark,
  [FORMULA_TAG]: FormulaView,
  [NOTE_TAG]: NoteReference,
};

type Props = {
  text: string;
  /** What the text refers to and does not define (definitions.ts). */
  definitions: string;
  growing: boolean;
};

/** A part of a text that is parsed by itself. */
export const Section = memo(function Section({ text, definitions, growing }: Props) {
  const parsed = useMemo(() => parsedOrNull(definitions + text, growing), [definitions, text, growing]);
  useKatex(parsed?.mathematical ?? false);
  const content = useMemo(() => parsed && drawn(parsed), [parsed]);
  return content ? <div className="md-section">{content}</div> : <Plain text={text} />;
});

/** As it was written. */
export const Plain = ({ text }: { text: string }) => (
  <p className="md-plain" dir="auto">
    {withoutMarks(text)}
  </p>
);

function parsedOrNull(text: string, growing: boolean): Parsed | null {
  try {
    return parse(text, growing);
  } catch (error) {
    // Nested too deep, for us or for the stack.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const drawn = ({ tree }: Parsed): ReactNode =>
  toJsxRuntime(tree, {
    Fragment,
    jsx,
    jsxs,
    ignoreInvalidStyle: true,
    passNode: true,
    components: components as unknown as ComponentProps<never>,
  });

function InlineMark({ number }: { number?: unknown }) {
  return useContext(RenderMarkContext)(Number(number));
}
