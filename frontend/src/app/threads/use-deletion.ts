/*
 * A thread that is deleted leaves the list at once and the server a little later, so that it can be undone: after some
 * seconds, when the next one is deleted, or when the page is left, whichever comes first.
 */
import { useCallback, useEffect, useRef } from 'react';

const UNDO_MS = 8_000;

type Pending = { id: string; timer: ReturnType<typeof setTimeout>; remove: () => void };

/** remove: deletes it at last. ended: it cannot be undone any more. */
export function useDeletion(ended: (id: string) => void) {
  const pending = useRef<Pending | null>(null);
  const onEnded = useRef(ended);
  onEnded.current = ended;

  const settle = useCallback(() => {
    const due = pending.current;
    if (!due) return;
    pending.current = null;
    clearTimeout(due.timer);
    due.remove();
    onEnded.current(due.id);
  }, []);
  useEffect(() => {
    addEventListener('pagehide', settle);
    return () => {
      removeEventListener('pagehide', settle);
      settle();
    };
  }, [settle]);

  const begin = useCallback(
    (id: string, remove: () => void) => {
      settle();
      pending.current = { id, remove, timer: setTimeout(settle, UNDO_MS) };
    },
    [settle],
  );
  const undo = useCallback((id: string) => {
    if (pending.current?.id !== id) return false;
    clearTimeout(pending.current.timer);
    pending.current = null;
    return true;
  }, []);
  return { begin, undo };
}
