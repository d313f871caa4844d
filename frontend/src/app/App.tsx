import { useCallback, useEffect, useState } from 'react';
import { AgentChat } from './AgentChat';
import { type Agents, fetchAgents } from './agents';
import { recall, remember } from './memory';
import { TopBar } from './TopBar';
import { useScheme } from './use-scheme';

export function App() {
  const { agents, trouble, retry } = useAgents();
  const { choice, scheme, next } = useScheme();
  const [chosen, setChosen] = useState(
    () => new URLSearchParams(location.search).get('agent') ?? recall('agent'),
  );
  const known = agents?.agents ?? [];
  const named = (wanted: string | null | undefined) => known.find(({ id }) => id === wanted);
  const agent = named(chosen) ?? named(agents?.default) ?? known[0];

  const choose = (id: string) => {
    remember('agent', id);
    setChosen(id);
  };
  return (
    <div className="page">
      <TopBar agents={known} current={agent} onChoose={choose} choice={choice} onNextChoice={next} />
      {agent && <AgentChat key={agent.id} agent={agent} uploads={agents?.uploads ?? null} scheme={scheme} />}
      {trouble && (
        <main className="page-state" role="alert">
          <p>{trouble}</p>
          <button type="button" className="button" onClick={retry}>
            Try again
          </button>
        </main>
      )}
      {!agent && !trouble && <main className="page-state" aria-busy aria-label="Loading" />}
    </div>
  );
}

function useAgents() {
  const [agents, setAgents] = useState<Agents | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is the reason to ask again
  useEffect(() => {
    const leaving = new AbortController();
    setTrouble(null);
    fetchAgents(leaving.signal).then(setAgents, (error: unknown) => {
      if (leaving.signal.aborted) return;
      const offline = error instanceof TypeError;
      setTrouble(
        offline ? 'The server cannot be reached. Check that it is running.' : (error as Error).message,
      );
    });
    return () => leaving.abort();
  }, [attempt]);
  return { agents, trouble, retry };
}
