import { useAppText, useAppWords } from '../language/app-language';
import { byDay } from './days';
import type { ListedThread } from './history-api';
import { ThreadRow } from './ThreadRow';
import type { Threads } from './use-threads';

type Props = {
  threads: Threads;
  active: string | null;
  onOpen: (threadId: string) => void;
  onDelete: (thread: ListedThread) => void;
};

export function ThreadList({ threads, active, onOpen, onDelete }: Props) {
  const { locale } = useAppWords();
  const text = useAppText();
  const { page, failure } = threads;
  if (failure && !page) {
    return (
      <div className="list-empty" role="alert">
        {text.chats.failed}{' '}
        <button type="button" className="text-button" onClick={() => void threads.refresh()}>
          {text.page.tryAgain}
        </button>
      </div>
    );
  }
  if (!page) return <p className="list-empty late">{text.chats.loading}</p>;
  if (!page.pinned.length && !page.threads.length) return <p className="list-empty">{text.chats.none}</p>;
  const pinned = page.pinned.length ? [{ name: text.chats.pinned, threads: page.pinned }] : [];
  return (
    <>
      {[...pinned, ...byDay(page.threads, locale, text.chats.lastWeek)].map((day) => (
        <section key={day.name} aria-label={day.name}>
          <h3>{day.name}</h3>
          <ul>
            {day.threads.map((thread) => (
              <ThreadRow
                key={thread.id}
                thread={thread}
                isActive={thread.id === active}
                onOpen={onOpen}
                onRename={threads.rename}
                onPin={threads.pin}
                onDelete={onDelete}
              />
            ))}
          </ul>
        </section>
      ))}
      {page.after && (
        <button type="button" className="text-button list-more" onClick={threads.more}>
          {text.chats.more}
        </button>
      )}
    </>
  );
}
