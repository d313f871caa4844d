import { useEffect, useLayoutEffect, useRef, useState } from 'react';

type Katex = typeof import('./katex');

let loaded: Katex | null = null;
let failed = false;

/** Null until it is there; it is asked for as soon as a text may contain a formula. */
export function useKatex(wanted: boolean): Katex | null {
  const [katex, setKatex] = useState(loaded);
  useEffect(() => {
    if (!wanted || katex) return;
    let gone = false;
    import('./katex').then(
      (module) => {
        loaded = module;
        if (!gone) setKatex(module);
      },
      // The source of a formula can be read all the same.
      () => {
        failed = true;
      },
    );
    return () => {
      gone = true;
    };
  }, [wanted, katex]);
  return katex;
}

type Props = { tex: string; source: string; display: 'block' | 'inline' };

export const FormulaView = (props: Props) => <Formula key={props.source} {...props} />;

/** What cannot be drawn is displayed as it was written. */
function Formula({ tex, source, display }: Props) {
  const katex = useKatex(true);
  const place = useRef<HTMLSpanElement>(null);
  const [wrong, setWrong] = useState(false);
  useLayoutEffect(() => {
    if (katex && place.current) setWrong(!katex.drawFormula(place.current, tex, display === 'block'));
  }, [katex, tex, display]);
  if (wrong || (failed && !katex)) return <span dir="ltr">{source}</span>;
  return (
    <span
      className="md-formula"
      data-display={display}
      data-source={source}
      dir="ltr"
      tabIndex={display === 'block' ? 0 : undefined}
    >
      {/* What is in it is KaTeX's, and React leaves it alone. */}
      <span ref={place} />
      {!katex && <span className="md-formula-awaited">{source}</span>}
    </span>
  );
}
