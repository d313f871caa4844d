import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { holdFocus } from '../ui/hold-focus';

type Props = { label: string; className?: string; children: ReactNode; onClose: () => void };

/** A modal dialog keeps the focus inside, closes with Escape, and gives the focus back. */
export function Drawer({ label, className = 'drawer', children, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const opened = dialog.current;
    const opener = deepestFocused();
    opened?.showModal();
    // Else a finger that opened it sees a ring around its first button.
    opened?.focus();
    return () => {
      opened?.close();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      tabIndex={-1}
      className={className}
      aria-label={label}
      onClose={onClose}
      onKeyDown={holdFocus}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
    >
      {children}
    </dialog>
  );
}

/** What a browser gives the focus back to is the element of a chat, which cannot have it: its frame can. */
function deepestFocused(): Element | null {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}
