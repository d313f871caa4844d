import { Check, Clock, Pencil, Trash2, X } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import type { ThreadMetadata } from '../protocol/types';
import { ConfirmDelete } from './ConfirmDelete';
import { useChat } from './context';
import { dayOf } from './day';
import { useStore } from './store';

export function HistoryPanel() {
  const chat = useChat();
  const { threads, after, loading, trouble } = useStore(chat.history.state);
  const [deleting, setDeleting] = useState<ThreadMetadata | null>(null);
  const panel = useRef<HTMLElement>(null);
  useFocusWhileOpen(panel);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    void chat.hideHistory();
  };

  return (
    <>
      <button
        type="button"
        className="backdrop"
        tabIndex={-1}
        aria-label="Close history"
        onClick={() => void chat.hideHistory()}
      />
      <aside className="history" aria-label="Chat history" ref={panel} tabIndex={-1} onKeyDown={onKeyDown}>
        <header>
          <h2>History</h2>
          <button
            type="button"
            className="icon-button"
            aria-label="Close"
            onClick={() => void chat.hideHistory()}
          >
            <X size={18} aria-hidden />
          </button>
        </header>
        {trouble && (
          <div className="notice" data-level="danger" role="alert">
            <div>{trouble}</div>
            <button type="button" className="button small" onClick={() => void chat.history.reload()}>
              Try again
            </button>
          </div>
        )}
        {threads.length > 0 && (
          <ul>
            {threads.map((thread) => (
              <Entry key={thread.id} thread={thread} onDelete={() => setDeleting(thread)} />
            ))}
          </ul>
        )}
        {loading && !threads.length && <p className="note shimmer">Loading…</p>}
        {!loading && !trouble && !threads.length && (
          <div className="no-chats">
            <Clock size={22} aria-hidden />
            <p>No chats yet. What you ask is kept here.</p>
          </div>
        )}
        {after && (
          <button
            type="button"
            className="button"
            disabled={loading}
            onClick={() => void chat.history.more()}
          >
            Show more chats
          </button>
        )}
      </aside>
      {deleting && (
        <ConfirmDelete
          thread={deleting}
          onClose={() => {
            setDeleting(null);
            panel.current?.focus();
          }}
        />
      )}
    </>
  );
}

/** The panel takes the focus, and gives it back to what had it before. */
function useFocusWhileOpen(panel: RefObject<HTMLElement | null>) {
  // Taken while drawing: a moment later the page behind is inert and has lost its focus.
  const [before] = useState(() => document.activeElement);
  useEffect(() => {
    panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [panel, before]);
}

function Entry({ thread, onDelete }: { thread: ThreadMetadata; onDelete: () => void }) {
  const chat = useChat();
  const { history } = useStore(chat.options);
  const { conversation } = useStore(chat.view);
  const [renaming, setRenaming] = useState(false);
  const current = conversation.id === thread.id;

  if (renaming) return <Rename thread={thread} onClose={() => setRenaming(false)} />;
  const open = () => {
    void chat.hideHistory();
    void chat.open(thread.id);
  };
  return (
    <li className="entry" data-current={current ? '' : undefined}>
      <button
        type="button"
        className="entry-title"
        aria-current={current || undefined}
        aria-label={thread.title || 'New chat'}
        onClick={open}
      >
        <span className="entry-name" dir="auto">
          {thread.title || 'New chat'}
        </span>
        <time dateTime={thread.created_at}>{dayOf(thread.created_at)}</time>
      </button>
      {history?.showRename !== false && (
        <button
          type="button"
          className="icon-button"
          aria-label="Rename"
          title="Rename"
          onClick={() => setRenaming(true)}
        >
          <Pencil size={15} aria-hidden />
        </button>
      )}
      {history?.showDelete !== false && (
        <button type="button" className="icon-button" aria-label="Delete" title="Delete" onClick={onDelete}>
          <Trash2 size={15} aria-hidden />
        </button>
      )}
    </li>
  );
}

function Rename({ thread, onClose }: { thread: ThreadMetadata; onClose: () => void }) {
  const chat = useChat();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const input = field.current;
    const panel = input?.closest('aside');
    input?.focus();
    input?.select();
    return () => panel?.focus();
  }, []);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const title = field.current?.value.trim();
    if (!title || title === thread.title) return onClose();
    if (await chat.renameThread(thread.id, title)) onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    // Escape leaves the field, not the whole panel.
    event.preventDefault();
    onClose();
  };
  return (
    <li className="entry editing">
      <form onSubmit={save}>
        <input
          ref={field}
          className="field"
          aria-label="Chat title"
          defaultValue={thread.title ?? ''}
          maxLength={200}
          onKeyDown={onKeyDown}
        />
        <button type="submit" className="icon-button" aria-label="Save title" title="Save title">
          <Check size={16} aria-hidden />
        </button>
        <button type="button" className="icon-button" aria-label="Cancel" title="Cancel" onClick={onClose}>
          <X size={16} aria-hidden />
        </button>
      </form>
    </li>
  );
}
