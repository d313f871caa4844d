import { Check, Copy } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import { createPortal } from 'react-dom';
import { useText } from '../language/language';
import { holdFocus } from '../ui/hold-focus';
import { useCopy } from '../ui/use-copy';
import './link-dialog.css';

/** An address in full, before it is opened in another tab: its host stands out, in the letters that the network uses. */
export function LinkDialog({ address, onClose }: { address: string; onClose(): void }) {
  const text = useText();
  const id = useId();
  const { copied, copy } = useCopy();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  const [before, host, after] = partsOf(new URL(address));
  return createPortal(
    <dialog
      ref={dialog}
      className="link-dialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-address`}
      onClose={onClose}
      // In React, it may lie within a link.
      onClick={(event) => event.stopPropagation()}
      onAuxClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        holdFocus(event);
        if (event.key === 'Escape') event.stopPropagation();
      }}
    >
      <h2 id={`${id}-title`}>{text.message.openLink}</h2>
      <p>{text.message.checkLink}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region needs keyboard focus */}
      <p id={`${id}-address`} className="link-dialog-address" dir="ltr" tabIndex={0}>
        {before}
        <strong>{host}</strong>
        {after}
      </p>
      <footer>
        <button type="button" className="button" onClick={() => void copy(address)}>
          {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          {copied ? text.message.copied : text.message.copy}
        </button>
        <button type="button" className="button" onClick={close}>
          {text.frame.cancel}
        </button>
        <a
          className="button primary"
          href={address}
          target="_blank"
          rel="noopener noreferrer"
          onClick={close}
        >
          {text.widgets.open}
        </a>
      </footer>
    </dialog>,
    document.body,
  );
}

function partsOf({ href, host, protocol, username, password }: URL): [string, string, string] {
  const user = username || password ? href.indexOf('@') + 1 : `${protocol}//`.length;
  return [href.slice(0, user), host, href.slice(user + host.length)];
}
