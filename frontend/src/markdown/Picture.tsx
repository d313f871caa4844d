/*
 * A picture in a text. One from elsewhere is a button until it is asked for, because its address can carry words of
 * the conversation to a stranger (ui/image-sources.ts). What was asked for is that one address, as long as it stands
 * there: nothing is remembered of its domain.
 */
import { Image, ImageOff } from 'lucide-react';
import { type MouseEvent, useState } from 'react';
import { useLanguage } from '../language/language';
import { useWrittenPicture } from '../ui/image-sources';
import { LinkDialog } from './LinkDialog';

export function Picture({ src, alt }: { src?: string; alt?: string }) {
  const [broken, setBroken] = useState<string | null>(null);
  const [asked, setAsked] = useState<string | null>(null);
  // Without a server in it, an address is of the page that a model has read, which nobody knows here.
  const picture = useWrittenPicture(src && /^(?:\/|[a-z][a-z0-9+.-]*:)/i.test(src) ? src : '');
  if (!picture || broken === picture.address) return alt ? <em>{alt}</em> : null;
  const { address, waits } = picture;
  if (waits && asked !== address) {
    return <Waiting {...picture} alt={alt} onAsk={() => setAsked(address)} />;
  }
  return (
    <img
      src={address}
      alt={alt ?? ''}
      loading={waits ? 'eager' : 'lazy'}
      referrerPolicy="no-referrer"
      onError={() => setBroken(address)}
    />
  );
}

type WaitingProps = { address: string; domain: string; leads: boolean; alt?: string; onAsk(): void };

function Waiting({ address, domain, leads, alt, onAsk }: WaitingProps) {
  const { text, dir } = useLanguage();
  const [opening, setOpening] = useState(false);
  const Icon = leads ? ImageOff : Image;
  // It may stand within a link, which is not what was clicked.
  const onClick = (event: MouseEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (leads) setOpening(true);
    else onAsk();
  };
  return (
    <>
      <button type="button" className="md-picture" dir={dir} onClick={onClick}>
        <Icon size={16} aria-hidden />
        <span>
          {alt && (
            <span className="md-picture-alt">
              <bdi>{alt}</bdi>
            </span>
          )}
          <span>{text.message.showPicture(`\u2066${domain}\u2069`)}</span>
        </span>
      </button>
      {opening && <LinkDialog address={address} onClose={() => setOpening(false)} />}
    </>
  );
}
