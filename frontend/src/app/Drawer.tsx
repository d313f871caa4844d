import { type ReactNode, useEffect, useRef } from 'react';

type Props = { label: string; children: ReactNode; onClose: () => void };

/** A modal dialog keeps the focus inside, closes with Escape, and gives the focus back. */
export function Drawer({ label, children, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      className="drawer"
      aria-label={label}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
    >
      {children}
    </dialog>
  );
}
