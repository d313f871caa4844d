import { useEffect, useState } from 'react';
import { recall, remember } from './memory';

export type Choice = 'light' | 'dark' | 'system';
const choices: Choice[] = ['system', 'light', 'dark'];
const query = '(prefers-color-scheme: dark)';

export function useScheme() {
  const [choice, setChoice] = useState<Choice>(() => {
    const kept = recall('theme') as Choice;
    return choices.includes(kept) ? kept : 'system';
  });
  const [systemDark, setSystemDark] = useState(() => matchMedia(query).matches);

  useEffect(() => {
    const media = matchMedia(query);
    const follow = () => setSystemDark(media.matches);
    media.addEventListener('change', follow);
    return () => media.removeEventListener('change', follow);
  }, []);

  const scheme: 'light' | 'dark' = choice === 'system' ? (systemDark ? 'dark' : 'light') : choice;
  useEffect(() => {
    document.documentElement.dataset.theme = scheme;
  }, [scheme]);

  const next = () => {
    const following = choices[(choices.indexOf(choice) + 1) % choices.length] as Choice;
    remember('theme', following);
    setChoice(following);
  };
  return { choice, scheme, next };
}
