/** What is found for what is typed: asked for once the typing pauses, and again while the server reads older chats. */
import { useEffect, useState } from 'react';
import type { Agent } from '../agents';
import { type Found, searchThreads } from './history-api';

const PAUSE_MS = 180;
const AGAIN_MS = 300;

export type Search = { question: string; found: Found | null; failure: Error | null };

const NOTHING: Search = { question: '', found: null, failure: null };

export function useSearch(agent: Agent | null, typed: string): Search {
  const [search, setSearch] = useState<Search>(NOTHING);
  const question = typed.trim();
  useEffect(() => {
    if (!agent || !question) return setSearch(NOTHING);
    const mine = new AbortController();
    let timer = setTimeout(ask, PAUSE_MS);
    async function ask() {
      try {
        const found = await searchThreads(agent as Agent, question, mine.signal);
        setSearch({ question, found, failure: null });
        if (!found.complete) timer = setTimeout(ask, AGAIN_MS);
      } catch (error) {
        if (!mine.signal.aborted) setSearch({ question, found: null, failure: error as Error });
      }
    }
    return () => {
      clearTimeout(timer);
      mine.abort();
    };
  }, [agent, question]);
  return search;
}
