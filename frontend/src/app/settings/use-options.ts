import { useCallback, useMemo } from 'react';
import { remember, useMemory } from '../memory';
import { completed, type Data, over, parseOptions, withValue } from './options';

const NAME = 'options';

/** What was chosen in the panel; kept on this device. */
export function useChosen() {
  const chosen = useMemory(NAME, parseOptions);
  const set = useCallback(
    (path: string, value: unknown) => remember(NAME, JSON.stringify(withValue(chosen, path, value))),
    [chosen],
  );
  const reset = useCallback(() => remember(NAME, null), []);
  return { chosen, set, reset };
}

/** The whole options, as data: what the connection brings, what was chosen over it, and what belongs to that. */
export function useOptions(base: Data, chosen: Data, scheme: 'light' | 'dark'): Data {
  return useMemo(() => completed(over(base, chosen), scheme), [base, chosen, scheme]);
}

export const DOMAIN_KEY = 'domain-key';
/** OpenAI's element checks it outside localhost; ours takes any. */
export const useDomainKey = () => useMemory(DOMAIN_KEY, (text) => text || 'local');
