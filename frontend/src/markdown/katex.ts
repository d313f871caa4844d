/** Mathematics. Loaded with the first formula. */
import katex from 'katex';
import 'katex/dist/katex.min.css';

/** A formula is written by a model, from what anyone wrote: it can neither run, nor load, nor grow without end. */
const LONGEST = 5_000;
const options = {
  output: 'htmlAndMathml',
  throwOnError: true,
  strict: 'ignore',
  trust: false,
  maxExpand: 300,
  maxSize: 15,
} as const;

/** Draws the formula into the element; false if it is none that can be drawn. */
export function drawFormula(element: HTMLElement, tex: string, display: boolean): boolean {
  if (tex.length > LONGEST) return false;
  try {
    katex.render(tex, element, { ...options, displayMode: display });
    return true;
  } catch {
    element.textContent = '';
    return false;
  }
}
