import { useEffect, useMemo, useState } from 'react';
import type { Coloured } from './highlight';

type Highlight = typeof import('./highlight');

/** Beyond this, colours cost more time than they give; while a block is growing it is coloured anew with each word. */
const MOST = 60_000;
const MOST_WHILE_GROWING = 6_000;

let loaded: Highlight | null = null;

/** The code in colours; null until they are there, and when there are none for this language. */
export function useColoured(code: string, language: string | undefined, growing: boolean): Coloured[] | null {
  const wanted = Boolean(language) && code.length <= (growing ? MOST_WHILE_GROWING : MOST);
  const highlight = useHighlight(wanted);
  return useMemo(
    () => (wanted && language && highlight ? highlight.coloured(code, language) : null),
    [wanted, highlight, code, language],
  );
}

function useHighlight(wanted: boolean): Highlight | null {
  const [highlight, setHighlight] = useState(loaded);
  useEffect(() => {
    if (!wanted || highlight) return;
    let gone = false;
    import('./highlight').then(
      (module) => {
        loaded = module;
        if (!gone) setHighlight(module);
      },
      // Code without colours can be read all the same.
      () => {},
    );
    return () => {
      gone = true;
    };
  }, [wanted, highlight]);
  return highlight;
}
