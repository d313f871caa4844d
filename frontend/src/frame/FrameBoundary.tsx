import { CircleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import type { Chat } from './chat';
import { useStore } from './store';

type Props = { chat: Chat; fail: (message: string) => void; children: ReactNode };

/** If the frame cannot be drawn, the host page is told, and the user can have it drawn anew. */
export function FrameBoundary({ chat, fail, children }: Props) {
  const [attempt, setAttempt] = useState(0);
  const { text, dir } = useStore(chat.language);
  const reload = () => {
    chat.reload();
    setAttempt(attempt + 1);
  };
  return (
    <ErrorBoundary
      resetKey={attempt}
      name="chat"
      fail={fail}
      fallback={
        <main className="main failure" role="alert" dir={dir}>
          <CircleAlert size={22} aria-hidden />
          <p>{text.frame.broken}</p>
          <button type="button" className="button" onClick={reload}>
            {text.frame.reload}
          </button>
        </main>
      }
    >
      {children}
    </ErrorBoundary>
  );
}
