import { Check, Copy } from 'lucide-react';
import { createContext, memo, type ReactNode, useContext, useState } from 'react';
import { type Components, defaultRehypePlugins, Streamdown } from 'streamdown';
import { CITATION_TAG, type Citation, citationMarks } from './citations';
import { useImageAddress } from './images';
import { SourceLink } from './Sources';
import { useCopy } from './use-copy';

const CitationsContext = createContext<Citation[]>([]);

const rehypePlugins = [...Object.values(withDeeplinks(defaultRehypePlugins)), citationMarks];

/** Lets links to the host page through the sanitiser; the frame hears a click on one. */
function withDeeplinks({ sanitize, ...plugins }: typeof defaultRehypePlugins): typeof defaultRehypePlugins {
  const [plugin, schema] = sanitize as [never, { protocols: { href: string[] } }];
  const protocols = { ...schema.protocols, href: [...schema.protocols.href, 'chatkit-link'] };
  return { ...plugins, sanitize: [plugin, { ...schema, protocols }] };
}

// Streamdown gives its components loose props; what we read from them is checked where it is read.
const components = {
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noopener noreferrer">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  img: Picture,
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region needs keyboard focus
    <div className="md-table" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  inlineCode: ({ children }) => <code className="md-code">{children}</code>,
  code: CodeBlock,
  [CITATION_TAG]: CitationMark,
} as Components;

type Props = { text: string; streaming?: boolean; citations?: Citation[] };

export const Markdown = memo(function Markdown({ text, streaming = false, citations = [] }: Props) {
  return (
    <CitationsContext value={citations}>
      <Streamdown
        className="md"
        parseIncompleteMarkdown={streaming}
        isAnimating={streaming}
        components={components}
        rehypePlugins={rehypePlugins}
        controls={false}
        linkSafety={{ enabled: false }}
        dir="auto"
      >
        {text}
      </Streamdown>
    </CitationsContext>
  );
});

function CitationMark({ number }: Record<string, unknown>) {
  const citation = useContext(CitationsContext).find((known) => known.number === Number(number));
  if (!citation) return null;
  return (
    <SourceLink className="cite" source={citation.source} label={`Source ${citation.number}`}>
      {citation.number}
    </SourceLink>
  );
}

/** A picture that cannot be had is named instead. */
function Picture({ src: wanted, alt }: { src?: string; alt?: string }) {
  const [broken, setBroken] = useState(false);
  const src = useImageAddress(wanted);
  if (!src || broken) return alt ? <em>{alt}</em> : null;
  return (
    <img
      src={src}
      alt={alt ?? ''}
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setBroken(true)}
    />
  );
}

function CodeBlock({ className, children }: { className?: string; children?: ReactNode }) {
  const language = /language-(\S+)/.exec(className ?? '')?.[1];
  const code = textOf(children).replace(/\n$/, '');
  const { copied, copy } = useCopy();
  return (
    <figure className="md-pre">
      <figcaption>
        <span>{language ?? 'text'}</span>
        <button type="button" className="icon-button" aria-label="Copy code" onClick={() => copy(code)}>
          {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        </button>
      </figcaption>
      {/* Scrolls sideways, so the keyboard must be able to reach it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region needs keyboard focus */}
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </figure>
  );
}

function textOf(node: ReactNode): string {
  if (Array.isArray(node)) return node.map(textOf).join('');
  return typeof node === 'string' || typeof node === 'number' ? String(node) : '';
}
