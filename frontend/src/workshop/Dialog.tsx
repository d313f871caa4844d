/* A dialog over the page: Escape closes it, and the focus goes back to where it was. */
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';

export function Dialog({ title, close, children }: { title: string; close(): void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Closed while it is still in the page: only then the browser gives the focus back.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} className="ws-dialog" aria-labelledby={id} onClose={close}>
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" className="ws-quiet" onClick={close}>
          Close
        </button>
      </header>
      {children}
    </dialog>
  );
}
