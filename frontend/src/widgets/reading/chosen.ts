/*
 * ChatKit has no prop for what is chosen: a widget draws it, as the one filled button of a row or the one ticked
 * circle of a list. Who does not see the drawing hears "pressed".
 *
 * A choice is told from a row of different actions: its buttons send the same action, with another payload, and look
 * the same but for one. Two buttons might as well be Yes and No, so it takes three.
 */
import type { WidgetNode } from '../../protocol/types';
import { actionOf, asText } from '../read-props';
import { childrenOf, DEEPEST } from './words';

/** Whether a button or a clickable row is the chosen one of its like; nothing for those that are no choice. */
export function chosenIn(root: WidgetNode): Map<WidgetNode, boolean> {
  const chosen = new Map<WidgetNode, boolean>();
  const visit = (node: WidgetNode, depth: number) => {
    if (depth > DEEPEST) return;
    const children = childrenOf(node);
    const buttons = children.filter(({ type }) => type === 'Button');
    const rows = children.filter(({ type }) => type === 'ListViewItem');
    if (isChoice(buttons)) mark(buttons, soleFilled(buttons), chosen);
    mark(rows, tickedRows(rows), chosen);
    for (const child of children) visit(child, depth + 1);
  };
  visit(root, 0);
  return chosen;
}

function mark(nodes: WidgetNode[], which: Set<WidgetNode>, chosen: Map<WidgetNode, boolean>) {
  if (which.size === 0) return;
  for (const node of nodes) chosen.set(node, which.has(node));
}

function isChoice(buttons: WidgetNode[]): boolean {
  const types = new Set(buttons.map((button) => actionOf(button.onClickAction)?.type));
  return buttons.length > 2 && types.size === 1 && !types.has(undefined);
}

/** The one that is filled where all others look alike and are not. */
function soleFilled(buttons: WidgetNode[]): Set<WidgetNode> {
  const looks = (button: WidgetNode) =>
    `${asText(button.variant)} ${asText(button.style)} ${asText(button.color)}`;
  const filled = buttons.filter(
    ({ variant, style }) => variant === 'solid' || (!variant && style === 'primary'),
  );
  const rest = buttons.filter((button) => !filled.includes(button));
  return new Set(filled.length === 1 && new Set(rest.map(looks)).size === 1 ? filled : []);
}

const TICKED = new Set([
  'check',
  'check-circle',
  'check-circle-filled',
  'lucide:check',
  'lucide:circle-check',
]);
const EMPTY = new Set(['empty-circle', 'circle', 'lucide:circle', 'lucide:square']);

/** The rows with a tick, where the others have an empty circle in its place. */
function tickedRows(rows: WidgetNode[]): Set<WidgetNode> {
  const clickable = rows.filter(({ onClickAction }) => actionOf(onClickAction));
  const ticked = clickable.filter((row) => hasIcon(row, TICKED));
  const empty = clickable.filter((row) => hasIcon(row, EMPTY));
  return new Set(empty.length > 0 && ticked.length + empty.length === rows.length ? ticked : []);
}

const hasIcon = (node: WidgetNode, icons: ReadonlySet<string>, depth = 0): boolean =>
  depth <= DEEPEST &&
  childrenOf(node).some(
    (child) => (child.type === 'Icon' && icons.has(asText(child.name))) || hasIcon(child, icons, depth + 1),
  );
