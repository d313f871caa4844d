import { FileText, Globe } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Source } from '../protocol/types';
import type { Citation } from './citations';

export function siteOf(source: Source): string {
  if (source.type === 'file') return source.filename;
  if (source.type === 'entity') return source.inline_label ?? '';
  if (source.attribution) return source.attribution;
  return hostOf(source.url)?.replace(/^www\./, '') ?? '';
}

function hostOf(url: string): string | null {
  try {
    return new URL(url, document.baseURI).host;
  } catch {
    return null;
  }
}

/** Only web addresses become links: a source comes from a model and may be anything. */
export function hrefOf(source: Source): string | null {
  if (source.type !== 'url') return null;
  try {
    const url = new URL(source.url, document.baseURI);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
  } catch {
    return null;
  }
}

/** A document of this very server is a file to the reader, though it has an address. */
function SourceIcon({ source }: { source: Source }) {
  const href = hrefOf(source);
  const elsewhere = href !== null && new URL(href).origin !== location.origin;
  return elsewhere ? <Globe size={12} aria-hidden /> : <FileText size={12} aria-hidden />;
}

type LinkProps = { source: Source; className: string; label?: string; children: ReactNode };

export function SourceLink({ source, className, label, children }: LinkProps) {
  const href = hrefOf(source);
  const site = siteOf(source);
  const title = site && site !== source.title ? `${source.title} – ${site}` : source.title;
  const name = label ? `${label}: ${title}` : undefined;
  return href ? (
    <a
      className={className}
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      title={title}
      aria-label={name}
    >
      {children}
    </a>
  ) : (
    <span className={className} title={title}>
      {children}
    </span>
  );
}

export function Sources({ citations }: { citations: Citation[] }) {
  if (!citations.length) return null;
  return (
    <section className="sources" aria-label="Sources">
      <h3>Sources</h3>
      <ol>
        {citations.map(({ number, source }) => (
          <li key={number}>
            <SourceLink className="source" source={source}>
              <span className="source-number">{number}</span>
              <span className="source-title" dir="auto">
                {source.title}
              </span>
              <span className="source-site">
                <SourceIcon source={source} />
                <span>{siteOf(source)}</span>
              </span>
            </SourceLink>
          </li>
        ))}
      </ol>
    </section>
  );
}
