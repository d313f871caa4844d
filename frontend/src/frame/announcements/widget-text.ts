/** What is said of a widget when it comes, and when it changes: enough to know whether to go there and read it. */
import type { WidgetNode } from '../../protocol/types';
import { isNode } from '../../widgets/read-props';
import { linesOf } from '../../widgets/reading/lines';
import { outcomeOf } from '../../widgets/reading/outcome';
import { titleOfWidget } from '../../widgets/reading/titles';
import { ended } from './sentences';

const MOST_WORDS = 40;

export function widgetText(widget: WidgetNode): string {
  if (!isNode(widget)) return '';
  const title = titleOfWidget(widget);
  const [first, ...more] = linesOf(widget);
  const lines =
    first === undefined || first.startsWith(title) ? [first ?? '', ...more] : [title, first, ...more];
  return inShort(lines);
}

export function outcomeText(
  before: WidgetNode,
  after: WidgetNode,
  removedText: (what: string) => string,
): string {
  if (!isNode(before) || !isNode(after)) return '';
  const { added, removed } = outcomeOf(before, after);
  return inShort([...(removed.length ? [removedText(removed.join(', '))] : []), ...added]);
}

/** Whole lines, as many as can be listened to. */
function inShort(lines: string[]): string {
  const taken: string[] = [];
  let words = 0;
  for (const line of lines.filter(Boolean)) {
    words += line.split(/\s+/).length;
    if (taken.length && words > MOST_WORDS) break;
    taken.push(ended(line));
  }
  return taken.join(' ');
}
