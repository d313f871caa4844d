import { useEffect } from 'react';
import { remember, useMemory } from './memory';
import { useMedia } from './use-media';

export type Scheme = 'light' | 'dark';
export type Choice = Scheme | 'system';
const choices: Choice[] = ['system', 'light', 'dark'];
const NAME = 'theme';

const parse = (text: string | null) => choices.find((choice) => choice === text) ?? 'system';

export const chooseScheme = (choice: Choice) => remember(NAME, choice);

export function useScheme() {
  const choice = useMemory<Choice>(NAME, parse);
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const scheme: Scheme = choice === 'system' ? (systemDark ? 'dark' : 'light') : choice;
  useEffect(() => {
    document.documentElement.dataset.theme = scheme;
  }, [scheme]);

  const next = () => chooseScheme(choices[(choices.indexOf(choice) + 1) % choices.length] as Choice);
  return { choice, scheme, next };
}
