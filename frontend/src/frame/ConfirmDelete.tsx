import { useEffect, useRef } from 'react';
import type { ThreadMetadata } from '../protocol/types';
import { useChat } from './context';

export function ConfirmDelete({ thread, onClose }: { thread: ThreadMetadata; onClose: () => void }) {
  const chat = useChat();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);

  // Closing the dialog itself gives the focus back to what had it.
  const close = () => dialog.current?.close();
  const remove = async () => {
    close();
    await chat.deleteThread(thread.id);
  };
  return (
    <dialog
      ref={dialog}
      className="confirm"
      role="alertdialog"
      aria-labelledby="confirm-title"
      onClose={onClose}
    >
      <h2 id="confirm-title">Delete this chat?</h2>
      <p>“{thread.title || 'New chat'}” and everything in it will be gone for good.</p>
      <footer>
        <button type="button" className="button" onClick={close}>
          Cancel
        </button>
        <button type="button" className="button danger" onClick={() => void remove()}>
          Delete
        </button>
      </footer>
    </dialog>
  );
}
