import { useCallback, useMemo } from 'react';
import { useStored, writeStored } from '../local-storage';
import { completeOptions, mergeOptions, type OptionData, parseOptions, withValue } from './option-values';

const NAME = 'options';

/** What was chosen in the panel; kept on this device. */
export function useChosen() {
  const chosen = useStored(NAME, parseOptions);
  const set = useCallback(
    (path: string, value: unknown) => writeStored(NAME, JSON.stringify(withValue(chosen, path, value))),
    [chosen],
  );
  const reset = useCallback(() => writeStored(NAME, null), []);
  return { chosen, set, reset };
}

/** The whole options, as data: what the connection brings, what was chosen over it, and what belongs to that. */
export function useOptions(base: OptionData, chosen: OptionData, scheme: 'light' | 'dark'): OptionData {
  return useMemo(() => completeOptions(mergeOptions(base, chosen), scheme), [base, chosen, scheme]);
}

export const DOMAIN_KEY = 'domain-key';
/** OpenAI's element checks it outside localhost; ours takes any. */
export const useDomainKey = () => useStored(DOMAIN_KEY, (text) => text || 'local');
