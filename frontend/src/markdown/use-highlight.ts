import { useEffect, useMemo, useState } from 'react';
import type { HighlightedNode } from './highlight';

type Highlighter = typeof import('./highlight');

/** Beyond this, colours cost more time than they give; while a block is growing it is coloured anew with each word. */
const MOST = 60_000;
const MOST_WHILE_GROWING = 6_000;

let loaded: Highlighter | null = null;

/** The code in colours; null until they are there, and when there are none for this language. */
export function useHighlight(
  code: string,
  language: string | undefined,
  growing: boolean,
): HighlightedNode[] | null {
  const wanted = Boolean(language) && code.length <= (growing ? MOST_WHILE_GROWING : MOST);
  const highlighter = useHighlighter(wanted);
  return useMemo(
    () => (wanted && language && highlighter ? highlighter.highlight(code, language) : null),
    [wanted, highlighter, code, language],
  );
}

function useHighlighter(wanted: boolean): Highlighter | null {
  const [highlighter, setHighlighter] = useState(loaded);
  useEffect(() => {
    if (!wanted || highlighter) return;
    let gone = false;
    import('./highlight').then(
      (module) => {
        loaded = module;
        if (!gone) setHighlighter(module);
      },
      // Code without colours can be read all the same.
      () => {},
    );
    return () => {
      gone = true;
    };
  }, [wanted, highlighter]);
  return highlighter;
}
