import { X } from 'lucide-react';
import { Linked } from './Linked';

/** One sentence for the person, with at most one thing to do about it. */
export type Notice = { text: string; isTrouble?: boolean; action?: { name: string; run: () => void } };

export function NoticeBar({ notice, onClose }: { notice: Notice; onClose: () => void }) {
  const { text, isTrouble, action } = notice;
  return (
    <div className="notice" role={isTrouble ? 'alert' : 'status'} data-trouble={isTrouble || undefined}>
      <p>
        <Linked text={text} />
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
      <button type="button" className="icon-button tiny" aria-label="Dismiss" onClick={onClose}>
        <X size={15} aria-hidden />
      </button>
    </div>
  );
}
