import { useEffect, useRef } from 'react';
import { useText } from '../../language/language';
import type { ThreadMetadata } from '../../protocol/types';
import { holdFocus } from '../../ui/hold-focus';
import { useChat } from '../context';

type Props = { thread: ThreadMetadata; onClose: () => void; onDeleted: () => void };

export function ConfirmDelete({ thread, onClose, onDeleted }: Props) {
  const chat = useChat();
  const text = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);

  // Closing the dialog itself gives the focus back to what had it.
  const close = () => dialog.current?.close();
  const remove = async () => {
    close();
    if (await chat.deleteThread(thread.id)) onDeleted();
  };
  return (
    <dialog
      ref={dialog}
      className="confirm"
      role="alertdialog"
      aria-labelledby="confirm-title"
      onClose={onClose}
      onKeyDown={holdFocus}
    >
      <h2 id="confirm-title">{text.history.deleteTitle}</h2>
      <p>{text.history.deleteText(thread.title || text.history.untitled)}</p>
      <footer>
        <button type="button" className="button" onClick={close}>
          {text.frame.cancel}
        </button>
        <button type="button" className="button danger" onClick={() => void remove()}>
          {text.history.delete}
        </button>
      </footer>
    </dialog>
  );
}
