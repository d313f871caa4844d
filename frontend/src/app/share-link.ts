/** ?agent=…&thread=… and ?workflow=…: the address of the page always leads to what is displayed in it. */
import { useCallback, useEffect, useState } from 'react';

export type Target = { kind: 'agent' | 'workflow'; id: string };

export const isSame = (a: Target | null, b: Target | null) => a?.kind === b?.kind && a?.id === b?.id;
export const keyOf = ({ kind, id }: Target) => `${kind}:${id}`;

export function targetOf(key: string | null): Target | null {
  const [, kind, id] = /^(agent|workflow):(.+)$/.exec(key ?? '') ?? [];
  return kind && id ? ({ kind, id } as Target) : null;
}

export function targetIn(search: string): Target | null {
  const query = new URLSearchParams(search);
  const workflow = query.get('workflow')?.trim();
  if (workflow) return { kind: 'workflow', id: workflow };
  const agent = query.get('agent')?.trim();
  return agent ? { kind: 'agent', id: agent } : null;
}

/** The rest of the query stays; the address is relative to the page. */
export function addressOf({ kind, id }: Target): string {
  const query = new URLSearchParams(location.search);
  query.delete('workflow');
  query.delete('agent');
  query.delete('thread');
  query.set(kind, id);
  return `?${query}${location.hash}`;
}

/** The thread that the address names. */
export const threadIn = (search: string) => new URLSearchParams(search).get('thread')?.trim() || null;

/** Of a thread of the agent that is displayed; null for none. */
export function threadAddress(threadId: string | null): string {
  const query = new URLSearchParams(location.search);
  if (threadId) query.set('thread', threadId);
  else query.delete('thread');
  return `?${query}${location.hash}`;
}

/** The thread is not a place to go back to: the chat has its own history. */
export const settleThread = (threadId: string | null) =>
  history.replaceState(history.state, '', threadAddress(threadId));

/** The target that the address names, and two ways to change it: `go` can be gone back from, `settle` cannot. */
export function useTarget() {
  const [target, setTarget] = useState(() => targetIn(location.search));

  useEffect(() => {
    const follow = () => setTarget(targetIn(location.search));
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);

  const settle = useCallback((next: Target) => {
    history.replaceState(history.state, '', addressOf(next));
    setTarget(next);
  }, []);
  const go = useCallback((next: Target) => {
    if (!isSame(next, targetIn(location.search))) history.pushState(null, '', addressOf(next));
    setTarget(next);
  }, []);
  return { target, go, settle };
}
