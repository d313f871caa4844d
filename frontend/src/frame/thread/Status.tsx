import { CircleAlert, CircleStop, Info, RotateCw, TriangleAlert, WifiOff } from 'lucide-react';
import { useText } from '../../language/language';
import { Markdown } from '../../markdown/Markdown';
import type { Failure } from '../../protocol/response-status';
import type { NoticeEvent } from '../../protocol/types';
import { NamedIcon } from '../../widgets/icons';
import { useChat } from '../context';
import type { Conversation } from '../conversation/conversation';
import { useBlockedReason } from '../conversation/use-blocked-reason';

// The states of the work are announced by the narrator, so none of them is live itself.

export function Progress({ progress }: { progress: { icon?: string | null; text: string } | null }) {
  const text = useText();
  return (
    <div className="progress" role="status" aria-live="off">
      {progress ? (
        <>
          <NamedIcon name={progress.icon} size={15} />
          <span className="shimmer" dir="auto">
            {progress.text}
          </span>
        </>
      ) : (
        <>
          <span className="thinking" aria-hidden />
          <span className="visually-hidden">{text.thread.working}</span>
        </>
      )}
    </div>
  );
}

export function Reconnecting() {
  const text = useText();
  return (
    <div className="progress" role="status" aria-live="off">
      <WifiOff size={15} aria-hidden />
      <span>{text.thread.reconnecting}</span>
    </div>
  );
}

const icons = { info: Info, warning: TriangleAlert, danger: CircleAlert };

export function Notices({ notices }: { notices: NoticeEvent[] }) {
  return notices.map(({ level, title, message }, at) => {
    const Icon = icons[level] ?? Info;
    return (
      <div
        // biome-ignore lint/suspicious/noArrayIndexKey: notices are only ever added at the end
        key={at}
        className="notice"
        data-level={level}
        role={level === 'danger' ? 'alert' : 'status'}
        aria-live={level === 'danger' ? undefined : 'off'}
      >
        <Icon size={16} aria-hidden />
        <div>
          {title && <strong dir="auto">{title}</strong>}
          <Markdown text={message} />
        </div>
      </div>
    );
  });
}

/** What the user stopped says so, also later. */
export function Stopped() {
  const { thread } = useText();
  return (
    <p className="note stopped">
      <CircleStop size={14} aria-hidden /> {thread.stopped}
    </p>
  );
}

/** `question`: of an answer that failed earlier in the thread; without it, the last thing that was done failed now. */
type FailureProps = { failure: Failure; conversation: Conversation; question?: string };

export function FailureNote({ failure: { message, remedy }, conversation, question }: FailureProps) {
  const text = useText();
  const chat = useChat();
  const blocked = useBlockedReason(conversation);
  return (
    <div className="notice" data-level="danger" role={question ? undefined : 'alert'}>
      <CircleAlert size={16} aria-hidden />
      <div dir="auto">{message ?? text.failures.failed}</div>
      {remedy === 'retry' && !blocked && (
        <button
          type="button"
          className="button small"
          onClick={() => {
            chat.moveOn();
            void conversation.retry(question);
          }}
        >
          <RotateCw size={14} aria-hidden /> {text.frame.tryAgain}
        </button>
      )}
      {remedy === 'refresh' && (
        <button
          type="button"
          className="button small"
          onClick={() => {
            chat.moveOn();
            void conversation.refresh();
          }}
        >
          <RotateCw size={14} aria-hidden /> {text.thread.refresh}
        </button>
      )}
    </div>
  );
}
