/** The elements of a text that are drawn in a way of our own. */
import type { Element, Nodes } from 'hast';
import { Square, SquareCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../language/language';
import { CodeBlock } from './CodeBlock';

/** The box of a task list, which cannot be changed here. */
export function TaskCheckbox({ checked }: { checked?: boolean }) {
  const { work } = useText();
  return checked ? (
    <SquareCheck className="md-tick" size="1em" role="img" aria-label={work.done} />
  ) : (
    <Square className="md-tick" size="1em" role="img" aria-label={work.toDo} />
  );
}

export function Table({ children, dir }: { children?: ReactNode; dir?: string }) {
  const { message } = useText();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region needs keyboard focus
    <section className="md-table" aria-label={message.table} tabIndex={0} dir={dir}>
      <table>{children}</table>
    </section>
  );
}

export const InlineCode = ({ children }: { children?: ReactNode }) => (
  <code className="md-code" dir="ltr">
    {children}
  </code>
);

export function Preformatted({ node }: { node?: Element }) {
  const code = node?.children.find((child) => child.type === 'element' && child.tagName === 'code') as
    | Element
    | undefined;
  const names = code?.properties.className;
  const name = Array.isArray(names) ? /^language-(\S+)/.exec(String(names[0]))?.[1] : undefined;
  const growing = node?.properties.growing === true;
  return <CodeBlock code={node ? textOf(node).replace(/\n$/, '') : ''} language={name} growing={growing} />;
}

const textOf = (node: Nodes): string =>
  node.type === 'text' ? node.value : 'children' in node ? node.children.map(textOf).join('') : '';
