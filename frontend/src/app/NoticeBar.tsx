import { X } from 'lucide-react';
import { Linkify } from './Linkify';
import { useAppText } from './language/app-language';

/** One sentence for the user, with at most one thing to do about it. */
export type Notice = {
  text: string;
  isError?: boolean;
  action?: { name: string; run: () => void };
  /** Of one that is taken back by whoever gave it. */
  id?: string;
};

export function NoticeBar({ notice, onClose }: { notice: Notice; onClose: () => void }) {
  const { text, isError, action } = notice;
  const { page } = useAppText();
  return (
    <div className="notice" role={isError ? 'alert' : 'status'} data-failure={isError || undefined}>
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
