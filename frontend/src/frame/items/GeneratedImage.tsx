import { ImageOff } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../../language/language';
import type { GeneratedImageItem } from '../../protocol/types';
import { useImageSource } from '../../ui/image-sources';
import { ZoomableImage } from './ZoomableImage';

type Props = { item: GeneratedImageItem; running: boolean };

/** Comes as drafts that get sharper, each with how far the work is. */
export function GeneratedImage({ item: { image, progress }, running }: Props) {
  const text = useText();
  const [broken, setBroken] = useState<string | null>(null);
  const src = useImageSource(image?.url);
  const known = typeof progress === 'number';
  const coming = running && (!image || (known && progress < 1));
  if (image ? !src || broken === src : !coming) {
    return (
      <p className="note">
        <ImageOff size={14} aria-hidden /> {text.work.pictureMissing}
      </p>
    );
  }
  return (
    <figure className="generated" data-coming={coming ? '' : undefined}>
      {src &&
        (coming ? (
          <img src={src} alt="" />
        ) : (
          <ZoomableImage src={src} name={text.work.picture} onError={() => setBroken(src)} />
        ))}
      {coming && (
        <figcaption role="status" aria-live="off">
          <span className={known ? undefined : 'shimmer'}>{text.work.pictureComing}</span>
          {known && <progress max={1} value={progress} aria-label={text.work.pictureComing} />}
        </figcaption>
      )}
    </figure>
  );
}
