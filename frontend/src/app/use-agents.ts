import { useCallback, useEffect, useState } from 'react';
import { ChatKitProblem } from '../protocol/problems';
import { type Agents, fetchAgents } from './agents';

/** language: a BCP 47 tag; null while it is not known. */
export function useAgents(language: string | null) {
  const [agents, setAgents] = useState<Agents | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is the reason to ask again
  useEffect(() => {
    if (!language) return;
    const leaving = new AbortController();
    setFailure(null);
    fetchAgents(language, leaving.signal).then(setAgents, (error: unknown) => {
      if (leaving.signal.aborted) return;
      setFailure(error as Error);
    });
    return () => leaving.abort();
  }, [attempt, language]);
  return { agents, failure, retry };
}

/** unreachable: what is said of a server that does not answer. */
export function sentenceOf(error: Error, unreachable: string): string {
  if (error instanceof TypeError) return unreachable;
  if (error instanceof ChatKitProblem && error.status === 401) {
    return (
      `${error.message} This page cannot sign you in: open the chat on the page that you know it from. If the server ` +
      'is yours, CHATKIT_LINK_ALLOW_ANONYMOUS=true lets visitors in.'
    );
  }
  return error.message;
}
