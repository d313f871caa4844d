import { Square, SquareCheck } from 'lucide-react';
import {
  createContext,
  memo,
  type ReactNode,
  useContext,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { type Components, defaultRehypePlugins, Streamdown } from 'streamdown';
import { useText } from '../language/language';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { useImageSource } from '../ui/image-sources';
import { CodeBlock } from './CodeBlock';
import { MARK_TAG, marksAsElements, withoutMarks } from './inline-marks';
import { limitNesting } from './limit-nesting';
import { safeHref } from './safe-href';
import { sectionsOf } from './sections';

/** What is drawn in the place of a mark (inline-marks.ts). */
export type RenderMark = (number: number) => ReactNode;
const nothing: RenderMark = () => null;
const RenderMarkContext = createContext(nothing);

const rehypePlugins = [...Object.values(withDeeplinks(defaultRehypePlugins)), marksAsElements];
const noSafetyDialog = { enabled: false };

/** Lets links to the host page through the sanitiser; the frame handles a click on one. */
function withDeeplinks({ sanitize, ...plugins }: typeof defaultRehypePlugins): typeof defaultRehypePlugins {
  const [plugin, schema] = sanitize as [never, { protocols: { href: string[] } }];
  const protocols = { ...schema.protocols, href: [...schema.protocols.href, 'chatkit-link'] };
  return { ...plugins, sanitize: [plugin, { ...schema, protocols }] };
}

// Streamdown gives its components loose props; what we read from them is checked where it is read.
const components = {
  a: Link,
  img: Picture,
  // A source of <picture> is loaded without asking whether it may be.
  source: () => null,
  input: TaskCheckbox,
  table: Table,
  inlineCode: ({ children }) => <code className="md-code">{children}</code>,
  code: CodeBlock,
  [MARK_TAG]: InlineMark,
} as Components;

/** `renderMark` stays the same function while nothing about the marks changes: they are all drawn again with it. */
type Props = { text: string; streaming?: boolean; renderMark?: RenderMark };

export const Markdown = memo(function Markdown({ text, streaming = false, renderMark = nothing }: Props) {
  return (
    <RenderMarkContext value={renderMark}>
      {/* What no parser gets through is not tried again with each word that follows. */}
      <ErrorBoundary resetKey={null} name="Markdown" fallback={<Plain text={text} />}>
        <Sections text={limitNesting(text)} streaming={streaming} />
      </ErrorBoundary>
    </RenderMarkContext>
  );
});

/** As it was written. */
const Plain = ({ text }: { text: string }) => (
  <p className="md md-plain" dir="auto">
    {withoutMarks(text)}
  </p>
);

function Sections({ text, streaming }: { text: string; streaming: boolean }) {
  const sections = useSections(text);
  return (
    <div className="md">
      {sections.map((section, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sections are only ever added at the end
        <Section key={at} text={section} growing={streaming && at === sections.length - 1} />
      ))}
    </div>
  );
}

function useSections(text: string): string[] {
  const before = useRef<string[]>([]);
  const sections = useMemo(() => sectionsOf(text, before.current), [text]);
  useLayoutEffect(() => {
    before.current = sections;
  }, [sections]);
  return sections;
}

const Section = memo(function Section({ text, growing }: { text: string; growing: boolean }) {
  return (
    <Streamdown
      className="md-section"
      parseIncompleteMarkdown={growing}
      isAnimating={growing}
      components={components}
      rehypePlugins={rehypePlugins}
      controls={false}
      linkSafety={noSafetyDialog}
      dir="auto"
    >
      {text}
    </Streamdown>
  );
});

function Link({ href, children }: { href?: string; children?: ReactNode }) {
  if (href?.startsWith('#')) return <a href={href}>{children}</a>;
  const address = safeHref(href);
  return address ? (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  ) : (
    <span>{children}</span>
  );
}

/** The box of a task list, which cannot be changed here. */
function TaskCheckbox({ checked }: { checked?: boolean }) {
  const { work } = useText();
  return checked ? (
    <SquareCheck className="md-tick" size="1em" role="img" aria-label={work.done} />
  ) : (
    <Square className="md-tick" size="1em" role="img" aria-label={work.toDo} />
  );
}

function Table({ children }: { children?: ReactNode }) {
  const { message } = useText();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region needs keyboard focus
    <section className="md-table" aria-label={message.table} tabIndex={0}>
      <table>{children}</table>
    </section>
  );
}

function InlineMark({ number }: Record<string, unknown>) {
  return useContext(RenderMarkContext)(Number(number));
}

/** A picture that cannot be had, or may not be loaded, is named instead. */
function Picture({ src, alt }: { src?: string; alt?: string }) {
  const [broken, setBroken] = useState(false);
  const address = useImageSource(src);
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
