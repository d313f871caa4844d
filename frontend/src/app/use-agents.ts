import { useCallback, useEffect, useState } from 'react';
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
      const offline = error instanceof TypeError;
      setFailure(
        offline ? 'The server cannot be reached. Check that it is running.' : (error as Error).message,
      );
    });
    return () => leaving.abort();
  }, [attempt]);
  return { agents, failure, retry };
}
