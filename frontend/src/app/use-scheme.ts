import { useEffect } from 'react';
import { useStored, writeStored } from './local-storage';
import { useMedia } from './use-media';

export type Scheme = 'light' | 'dark';
export type SchemeChoice = Scheme | 'system';
const choices: SchemeChoice[] = ['system', 'light', 'dark'];
const NAME = 'theme';

const parse = (text: string | null) => choices.find((choice) => choice === text) ?? 'system';

export const chooseScheme = (choice: SchemeChoice) => writeStored(NAME, choice);

export function useScheme() {
  const choice = useStored<SchemeChoice>(NAME, parse);
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const scheme: Scheme = choice === 'system' ? (systemDark ? 'dark' : 'light') : choice;
  useEffect(() => {
    document.documentElement.dataset.theme = scheme;
  }, [scheme]);

  const next = () => chooseScheme(choices[(choices.indexOf(choice) + 1) % choices.length] as SchemeChoice);
  return { choice, scheme, next };
}
