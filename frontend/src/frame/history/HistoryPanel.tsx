import { Check, Clock, Pencil, Trash2, X } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { useLanguage, useText } from '../../language/language';
import type { ThreadMetadata } from '../../protocol/types';
import { holdFocus } from '../../ui/hold-focus';
import { useChat } from '../context';
import { useStore } from '../store';
import { ConfirmDelete } from './ConfirmDelete';

export function HistoryPanel() {
  const chat = useChat();
  const text = useText();
  const { threads, after, loading, failure } = useStore(chat.history.state);
  const [deleting, setDeleting] = useState<ThreadMetadata | null>(null);
  const panel = useRef<HTMLElement>(null);
  useFocusWhileOpen(panel);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    holdFocus(event);
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    void chat.hideHistory();
  };
  /** The row is gone: the next one has the focus, the last one, or the panel. */
  const focusRow = (at: number) => {
    const rows = [...(panel.current?.querySelectorAll<HTMLElement>('.entry-title') ?? [])];
    (rows[Math.min(at, rows.length - 1)] ?? panel.current)?.focus();
  };

  return (
    <>
      <button
        type="button"
        className="backdrop"
        tabIndex={-1}
        aria-label={text.history.closeHistory}
        onClick={() => void chat.hideHistory()}
      />
      <aside
        className="history"
        aria-label={text.history.label}
        ref={panel}
        tabIndex={-1}
        onKeyDown={onKeyDown}
      >
        <header>
          <h2>{text.history.title}</h2>
          <button
            type="button"
            className="icon-button"
            aria-label={text.history.close}
            onClick={() => void chat.hideHistory()}
          >
            <X size={18} aria-hidden />
          </button>
        </header>
        {failure && (
          <div className="notice" data-level="danger" role="alert">
            <div>{failure}</div>
            <button type="button" className="button small" onClick={() => void chat.history.reload()}>
              {text.frame.tryAgain}
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
        {loading && !threads.length && <p className="note shimmer">{text.history.loading}</p>}
        {!loading && !failure && !threads.length && (
          <div className="no-chats">
            <Clock size={22} aria-hidden />
            <p>{text.history.none}</p>
          </div>
        )}
        {after && (
          <button
            type="button"
            className="button"
            aria-disabled={loading || undefined}
            onClick={() => void chat.history.more()}
          >
            {text.history.more}
          </button>
        )}
      </aside>
      {deleting && (
        <ConfirmDelete
          thread={deleting}
          onClose={() => setDeleting(null)}
          onDeleted={() => focusRow(threads.indexOf(deleting))}
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
  const { text, day } = useLanguage();

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
        aria-label={thread.title || text.history.untitled}
        onClick={open}
      >
        <span className="entry-name" dir="auto">
          {thread.title || text.history.untitled}
        </span>
        <time dateTime={thread.created_at}>{day(thread.created_at)}</time>
      </button>
      {history?.showRename !== false && (
        <button
          type="button"
          className="icon-button"
          aria-label={text.history.rename}
          title={text.history.rename}
          onClick={() => setRenaming(true)}
        >
          <Pencil size={15} aria-hidden />
        </button>
      )}
      {history?.showDelete !== false && (
        <button
          type="button"
          className="icon-button"
          aria-label={text.history.delete}
          title={text.history.delete}
          onClick={onDelete}
        >
          <Trash2 size={15} aria-hidden />
        </button>
      )}
    </li>
  );
}

function Rename({ thread, onClose }: { thread: ThreadMetadata; onClose: () => void }) {
  const chat = useChat();
  const text = useText();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
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
          aria-label={text.history.chatTitle}
          defaultValue={thread.title ?? ''}
          maxLength={200}
          dir="auto"
          onKeyDown={onKeyDown}
        />
        <button
          type="submit"
          className="icon-button"
          aria-label={text.history.save}
          title={text.history.save}
        >
          <Check size={16} aria-hidden />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={text.frame.cancel}
          title={text.frame.cancel}
          onClick={onClose}
        >
          <X size={16} aria-hidden />
        </button>
      </form>
    </li>
  );
}
