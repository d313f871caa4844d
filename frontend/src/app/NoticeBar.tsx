import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Linkify } from './Linkify';
import { useAppText } from './language/app-language';

/** One sentence for the user, with at most one thing to do about it. A passing one goes by itself. */
export type Notice = {
  text: string;
  isError?: boolean;
  isPassing?: boolean;
  action?: { name: string; run: () => void };
  /** Of one that is taken back by whoever gave it. */
  id?: string;
};

/** Long enough to read it twice. */
const PASSES_AFTER_MS = 10_000;

export function NoticeBar({ notice, onClose }: { notice: Notice; onClose: () => void }) {
  const { text, isError, action } = notice;
  const { page } = useAppText();
  const bar = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    if (!notice.isPassing) return;
    const timer = setInterval(() => {
      // Not while somebody is at it.
      if (!bar.current?.matches(':hover') && !bar.current?.contains(document.activeElement)) close.current();
    }, PASSES_AFTER_MS);
    return () => clearInterval(timer);
  }, [notice]);
  return (
    <div ref={bar} className="notice" role={isError ? 'alert' : 'status'} data-failure={isError || undefined}>
      <p>
        <Linkify text={text} />
      </p>
      {action && (
        <button
          type="button"
          className="button small"
          onClick={() => {
            action.run();
            onClose();
          }}
        >
          {action.name}
        </button>
      )}
      <button type="button" className="icon-button tiny" aria-label={page.dismiss} onClick={onClose}>
        <X size={15} aria-hidden />
      </button>
    </div>
  );
}
