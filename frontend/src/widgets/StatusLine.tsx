import { useImageSource } from '../ui/image-sources';
import { NamedIcon } from './icons';
import { asText, isObject } from './read-props';

export function StatusLine({ status }: { status: unknown }) {
  const { text, icon, favicon, frame } = isObject(status) ? status : {};
  const src = useImageSource(favicon);
  if (!asText(text)) return null;
  return (
    <div className="w-status">
      {src ? (
        <img
          src={src}
          alt=""
          className={frame === true ? 'w-frame' : undefined}
          width={16}
          height={16}
          referrerPolicy="no-referrer"
        />
      ) : (
        <NamedIcon name={icon} size={15} />
      )}
      <span dir="auto">{asText(text)}</span>
    </div>
  );
}
