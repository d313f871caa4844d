/** What an action has changed in a widget, in as few words as it takes. */
import type { WidgetNode } from '../../protocol/types';
import { linesOf } from './lines';

/** Lines that are new, and lines that are gone without another one in their place. */
export type Outcome = { added: string[]; removed: string[] };

/** Longer ones are compared as sets: the cost of comparing in order grows with the square. */
const LONGEST = 300;

export function outcomeOf(before: WidgetNode, after: WidgetNode): Outcome {
  const old = linesOf(before);
  const now = linesOf(after);
  if (old.length > LONGEST || now.length > LONGEST) {
    return { added: now.filter((line) => !old.includes(line)), removed: [] };
  }
  const common = commonLines(old, now);
  const outcome: Outcome = { added: [], removed: [] };
  let atOld = 0;
  let atNow = 0;
  for (const [keptOld, keptNow] of [...common, [old.length, now.length] as const]) {
    const gone = old.slice(atOld, keptOld);
    const come = now.slice(atNow, keptNow);
    outcome.added.push(...come);
    // A line that was changed is heard as it is now.
    outcome.removed.push(...gone.slice(0, Math.max(0, gone.length - come.length)));
    atOld = keptOld + 1;
    atNow = keptNow + 1;
  }
  return outcome;
}

/** The places, in both, of the longest sequence of lines that both have. */
function commonLines(old: string[], now: string[]): (readonly [number, number])[] {
  const length = old.map(() => now.map(() => 0));
  const at = (i: number, j: number) => length[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    const row = length[i] as number[];
    for (let j = now.length - 1; j >= 0; j--) {
      row[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const common: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < old.length && j < now.length; ) {
    if (old[i] === now[j]) common.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return common;
}
