import type { Entity } from '@openai/chatkit';
import { FileText, Globe } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useText } from '../../language/language';
import type { EntitySource, Source } from '../../protocol/types';
import { NamedIcon } from '../../widgets/icons';
import { EntityButton } from '../entities/EntityTag';
import type { Citation } from './citations';

/** More than these push the next question out of sight. */
const INITIAL_COUNT = 6;

export function siteOf(source: Source): string {
  if (source.type === 'file') return source.filename;
  if (source.type === 'entity') return source.label ?? source.inline_label ?? source.group ?? '';
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
export function SourceIcon({ source }: { source: Source }) {
  if (source.type === 'entity') return <NamedIcon name={source.icon} size={12} />;
  const href = hrefOf(source);
  const elsewhere = href !== null && new URL(href).origin !== location.origin;
  return elsewhere ? <Globe size={12} aria-hidden /> : <FileText size={12} aria-hidden />;
}

/** What is known of it, for who rests the pointer on it: a line with its name, and more behind that. */
export function aboutOf(source: Source): string {
  const site = siteOf(source);
  const name = site && site !== source.title ? `${source.title} – ${site}` : source.title;
  return [name, source.description, source.timestamp].filter(Boolean).join('\n');
}

const entityOf = ({ id, title, icon, group, data }: EntitySource) => ({
  id,
  title,
  icon,
  group,
  interactive: true,
  data: data as Entity['data'],
});

type LinkProps = { source: Source; className: string; label?: string; children: ReactNode };

export function SourceLink({ source, className, label, children }: LinkProps) {
  const href = hrefOf(source);
  const about = aboutOf(source);
  const name = label ? `${label}: ${about.split('\n', 1)[0]}` : undefined;
  if (source.type === 'entity' && source.interactive) {
    return (
      <EntityButton
        className={className}
        entity={entityOf(source)}
        label={name}
        about={[source.label ?? source.title, source.description].filter(Boolean).join('\n')}
      >
        {children}
      </EntityButton>
    );
  }
  return href ? (
    <a
      className={className}
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      title={about}
      aria-label={name}
    >
      {children}
    </a>
  ) : (
    <span className={className} title={about}>
      {children}
    </span>
  );
}

export function Sources({ citations }: { citations: Citation[] }) {
  const text = useText();
  const [all, setAll] = useState(false);
  if (!citations.length) return null;
  const visible =
    all || citations.length <= INITIAL_COUNT + 1 ? citations : citations.slice(0, INITIAL_COUNT);
  return (
    <section className="sources" aria-label={text.message.sources}>
      <h3>{text.message.sources}</h3>
      <ol>
        {visible.map(({ number, source }) => (
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
      {visible.length < citations.length && (
        <button type="button" className="sources-more" onClick={() => setAll(true)}>
          {text.message.allSources(citations.length)}
        </button>
      )}
    </section>
  );
}
