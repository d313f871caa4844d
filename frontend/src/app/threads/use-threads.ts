/** The threads of an agent as the sidebar lists them. What is changed here is displayed at once, and taken back if the server refuses it. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Agent } from '../agents';
import {
  deleteThread,
  type ListedThread,
  listThreads,
  pinThread,
  renameThread,
  type ThreadPage,
} from './history-api';

const PAGE = 30;
/** The server gives no more at once. */
const MOST = 100;

export type Threads = ReturnType<typeof useThreads>;

/** onFailure: told of what the server refused. */
export function useThreads(agent: Agent | null, onFailure: (error: Error) => void) {
  const [page, setPage] = useState<ThreadPage | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const asking = useRef<AbortController | null>(null);
  const loaded = useRef(0);
  loaded.current = page?.threads.length ?? 0;

  const ask = useCallback(
    async (
      after: string | null,
      limit: number,
      join: (before: ThreadPage | null, page: ThreadPage) => ThreadPage,
    ) => {
      if (!agent) return;
      asking.current?.abort();
      const mine = new AbortController();
      asking.current = mine;
      try {
        const found = await listThreads(agent, after, limit, mine.signal);
        if (mine.signal.aborted) return;
        setPage((before) => join(before, found));
        setFailure(null);
      } catch (error) {
        if (!mine.signal.aborted) setFailure(error as Error);
      }
    },
    [agent],
  );
  const refresh = useCallback(
    () => ask(null, Math.min(Math.max(loaded.current, PAGE), MOST), (_, found) => found),
    [ask],
  );
  const more = useCallback(() => {
    if (!page?.after) return;
    void ask(page.after, PAGE, (before, { threads, after }) => ({
      pinned: before?.pinned ?? [],
      threads: [...(before?.threads ?? []), ...threads],
      after,
    }));
  }, [ask, page?.after]);

  useEffect(() => {
    setPage(null);
    setFailure(null);
    loaded.current = 0;
    void refresh();
    return () => asking.current?.abort();
  }, [refresh]);

  const change = useCallback(
    async (id: string, to: Partial<ListedThread>, request: () => Promise<unknown>) => {
      setPage((before) => before && withChange(before, id, to));
      try {
        await request();
      } catch (error) {
        onFailure(error as Error);
      }
      void refresh();
    },
    [refresh, onFailure],
  );
  const rename = useCallback(
    (id: string, title: string) => {
      if (agent && title.trim()) void change(id, { title }, () => renameThread(agent, id, title));
    },
    [agent, change],
  );
  const pin = useCallback(
    (id: string, pinned: boolean) =>
      void change(id, { pinned_at: pinned ? new Date().toISOString() : null }, () => pinThread(id, pinned)),
    [change],
  );
  const setIsHidden = useCallback(
    (id: string, isHidden: boolean) =>
      setHidden((before) => {
        const after = new Set(before);
        if (isHidden) after.add(id);
        else after.delete(id);
        return after;
      }),
    [],
  );
  const remove = useCallback(
    async (id: string) => {
      if (!agent) return;
      try {
        await deleteThread(agent, id);
      } catch (error) {
        setIsHidden(id, false);
        onFailure(error as Error);
      }
      void refresh();
    },
    [agent, refresh, setIsHidden, onFailure],
  );

  const displayed = useMemo(() => page && withoutThese(page, hidden), [page, hidden]);
  return { page: displayed, failure, refresh, more, rename, pin, setIsHidden, remove };
}

const without = (threads: ListedThread[], hidden: ReadonlySet<string>) =>
  threads.filter(({ id }) => !hidden.has(id));

const withoutThese = (page: ThreadPage, hidden: ReadonlySet<string>): ThreadPage => ({
  ...page,
  pinned: without(page.pinned, hidden),
  threads: without(page.threads, hidden),
});

/** A thread that is pinned goes to the top, and one that is not any more to where it was last used. */
function withChange(page: ThreadPage, id: string, to: Partial<ListedThread>): ThreadPage {
  const all = [...page.pinned, ...page.threads].map((thread) =>
    thread.id === id ? { ...thread, ...to } : thread,
  );
  const latest = (key: 'pinned_at' | 'last_activity') => (a: ListedThread, b: ListedThread) =>
    (b[key] ?? '').localeCompare(a[key] ?? '');
  return {
    ...page,
    pinned: all.filter(({ pinned_at }) => pinned_at).sort(latest('pinned_at')),
    threads: all.filter(({ pinned_at }) => !pinned_at).sort(latest('last_activity')),
  };
}
