import { useCallback, useEffect, useState } from 'react';
import { ChatKitProblem } from '../protocol/problems';
import { type Agents, fetchAgents } from './agents';

export function useAgents() {
  const [agents, setAgents] = useState<Agents | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is the reason to ask again
  useEffect(() => {
    const leaving = new AbortController();
    setFailure(null);
    fetchAgents(leaving.signal).then(setAgents, (error: unknown) => {
      if (leaving.signal.aborted) return;
      setFailure(sentenceOf(error as Error));
    });
    return () => leaving.abort();
  }, [attempt]);
  return { agents, failure, retry };
}

function sentenceOf(error: Error): string {
  if (error instanceof TypeError) return 'The server cannot be reached. Check that it is running.';
  if (error instanceof ChatKitProblem && error.status === 401) {
    return (
      `${error.message} This page cannot sign you in: open the chat on the page that you know it from. If the server ` +
      'is yours, CHATKIT_LINK_ALLOW_ANONYMOUS=true lets visitors in.'
    );
  }
  return error.message;
}
