/** The elements of a text that are drawn in a way of our own. */
import type { Element, Nodes } from 'hast';
import { Square, SquareCheck } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useText } from '../language/language';
import { useImageSource } from '../ui/image-sources';
import { CodeBlock } from './CodeBlock';
import { safeHref } from './safe-href';

export function Link({ href, title, children }: { href?: string; title?: string; children?: ReactNode }) {
  const address = href ? safeHref(href) : undefined;
  return address ? (
    <a href={address} title={title} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );
}

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

/** A picture that cannot be had, or may not be loaded, is named instead. */
export function Picture({ src, alt }: { src?: string; alt?: string }) {
  const [broken, setBroken] = useState(false);
  // Without a server in it, an address is of the page that a model has read, which nobody knows here.
  const address = useImageSource(src && /^(?:\/|[a-z][a-z0-9+.-]*:)/i.test(src) ? src : '');
  if (!address || broken) return alt ? <em>{alt}</em> : null;
  return (
    <img
      src={address}
      alt={alt ?? ''}
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setBroken(true)}
    />
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
