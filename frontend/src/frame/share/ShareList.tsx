import { Check, Copy } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import { useLanguage } from '../../language/language';
import type { Share } from '../../protocol/thread-extras';
import { useCopy } from '../../ui/use-copy';

type Props = {
  shares: readonly Share[];
  /** The one that was made here last. */
  made: string | null;
  onRevoke(id: string): Promise<void>;
};

export function ShareList({ shares, made, onRevoke }: Props) {
  const { share: words } = useLanguage().text;
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{words.links}</h3>
      <ul className="share-list">
        {shares.map((share) => (
          <ShareRow
            key={share.id}
            share={share}
            isNew={share.id === made}
            onRevoke={() => void onRevoke(share.id)}
          />
        ))}
      </ul>
    </section>
  );
}

function ShareRow({ share, isNew, onRevoke }: { share: Share; isNew: boolean; onRevoke(): void }) {
  const { text, day } = useLanguage();
  const { share: words, message } = text;
  const { copied, copy } = useCopy();
  const copyButton = useRef<HTMLButtonElement>(null);
  // What was asked for is a link to pass on: the next key copies it.
  useEffect(() => {
    if (isNew) copyButton.current?.focus();
  }, [isNew]);
  const created = words.created(day(share.created_at));
  const end = share.expires_at ? words.until(day(share.expires_at)) : words.unlimited;
  const { url } = share;
  return (
    <li>
      <div className="share-words">
        {url && (
          <a href={url} target="_blank" rel="noopener noreferrer" dir="ltr">
            {url.replace(/^https?:\/\//, '')}
          </a>
        )}
        <small>
          {created} · {end}
        </small>
      </div>
      <div className="share-buttons">
        {url && (
          <button ref={copyButton} type="button" className="button small" onClick={() => void copy(url)}>
            {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
            <span aria-live="polite">{copied ? message.copied : words.copy}</span>
          </button>
        )}
        <button type="button" className="button small" onClick={onRevoke}>
          {words.revoke}
        </button>
      </div>
    </li>
  );
}
