/** The list of threads and the chat beside it: what is opened, written or deleted in one is so in the other. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Agent } from '../agents';
import type { OpenThread, ThreadLink } from '../ChatKitView';
import { useAppText } from '../language/app-language';
import type { Notice } from '../NoticeBar';
import { settleThread } from '../share-link';
import type { ListedThread } from './history-api';
import { useDeletion } from './use-deletion';
import { useThreads } from './use-threads';

type SetNotice = (change: (before: Notice | null) => Notice | null) => void;

const noticeOf = (threadId: string) => `deleted:${threadId}`;

export function useHistory(agent: Agent | null, setNotice: SetNotice) {
  const { chats } = useAppText();
  const fail = useCallback(
    ({ message }: Error) => setNotice(() => ({ text: message, isError: true })),
    [setNotice],
  );
  const threads = useThreads(agent, fail);
  const { refresh, setIsHidden } = threads;
  const [thread, setThread] = useState<string | null>(null);
  const chat = useRef<OpenThread | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another agent has other threads
  useEffect(() => setThread(null), [agent?.id]);

  const link = useMemo<ThreadLink>(
    () => ({
      onControl: (open) => {
        chat.current = open;
      },
      onThread: (threadId) => {
        setThread(threadId);
        settleThread(threadId);
        void refresh();
      },
      onWritten: () => void refresh(),
    }),
    [refresh],
  );
  const open = useCallback<OpenThread>(async (threadId, itemId) => {
    // What cannot be opened, the chat itself reports.
    await chat.current?.(threadId, itemId).catch(() => {});
  }, []);

  const deletion = useDeletion((threadId) =>
    setNotice((before) => (before?.id === noticeOf(threadId) ? null : before)),
  );
  const remove = (deleted: ListedThread) => {
    const wasOpen = deleted.id === thread;
    setIsHidden(deleted.id, true);
    if (wasOpen) void open(null);
    deletion.begin(deleted.id, () => void threads.remove(deleted.id));
    const undo = () => {
      if (!deletion.undo(deleted.id)) return;
      setIsHidden(deleted.id, false);
      if (wasOpen) void open(deleted.id);
    };
    setNotice(() => ({
      id: noticeOf(deleted.id),
      text: chats.deleted(deleted.title || chats.untitled),
      action: { name: chats.undo, run: undo },
    }));
  };
  return { threads, thread, link, open, remove };
}
