import { Download, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../../language/language';
import { holdFocus } from '../../ui/hold-focus';

type Props = { src: string; name: string; className?: string; onError(): void };

/** A picture that a click shows as large as there is room. */
export function ZoomableImage({ src, name, className, onError }: Props) {
  const text = useText();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="zoomable"
        aria-label={text.message.enlarge(name)}
        onClick={() => setOpen(true)}
      >
        <img className={className} src={src} alt={name} onError={onError} />
      </button>
      {open && <Zoomed src={src} name={name} onClose={() => setOpen(false)} />}
    </>
  );
}

function Zoomed({ src, name, onClose }: { src: string; name: string; onClose(): void }) {
  const text = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      className="zoomed"
      aria-label={name}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && close()}
      // The same key stops an answer; it should not do both.
      onKeyDown={(event) => {
        holdFocus(event);
        if (event.key === 'Escape') event.stopPropagation();
      }}
    >
      <img src={src} alt={name} />
      <div className="zoomed-actions">
        <a
          className="icon-button"
          href={src}
          download
          target="_blank"
          rel="noopener noreferrer"
          aria-label={text.message.download}
          title={text.message.download}
        >
          <Download size={18} aria-hidden />
        </a>
        <button
          type="button"
          className="icon-button"
          aria-label={text.message.close}
          title={text.message.close}
          onClick={close}
        >
          <X size={18} aria-hidden />
        </button>
      </div>
    </dialog>
  );
}
