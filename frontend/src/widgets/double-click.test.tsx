import { screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import type { ActionConfig, WidgetNode } from '../protocol/types';
import { renderWidget } from './testing/render-widget';

const button = (label: string, type: string): WidgetNode => ({
  type: 'Button',
  label,
  onClickAction: { type, streaming: false },
});
const card = (confirm: WidgetNode['confirm'], ...children: WidgetNode[]): WidgetNode => ({
  type: 'Card',
  ...(confirm ? { confirm } : {}),
  children,
});

/** A widget that each action replaces with the next of these, at once. */
function series(first: WidgetNode, ...later: WidgetNode[]) {
  const asked: string[] = [];
  const run = vi.fn(async ({ type }: ActionConfig) => {
    asked.push(type);
    const next = later.shift();
    if (next) shown.update(next);
  });
  const shown = renderWidget(first, { run });
  return { asked, user: shown.user };
}

test('the second half of a double click does not press what the first has put there', async () => {
  const { asked, user } = series(
    card(undefined, button('Add', 'add')),
    card(undefined, button('Drop', 'drop')),
  );
  await user.dblClick(screen.getByRole('button', { name: 'Add' }));
  expect(asked).toEqual(['add']);
  // Nor does it take a click of its own away.
  await user.unhover(screen.getByRole('button', { name: 'Drop' }));
  await user.click(screen.getByRole('button', { name: 'Drop' }));
  expect(asked).toEqual(['add', 'drop']);
});

test('a button that stays the same takes both halves', async () => {
  const { asked, user } = series(card(undefined, button('One more', 'more')));
  await user.dblClick(screen.getByRole('button', { name: 'One more' }));
  expect(asked).toEqual(['more', 'more']);
});

test('so it is in the footer of a card', async () => {
  const review = { label: 'Review', action: { type: 'review', streaming: false } };
  const confirm = { label: 'Confirm', action: { type: 'confirm', streaming: false } };
  const { asked, user } = series(card(review), card(confirm), card(review));
  await user.dblClick(screen.getByRole('button', { name: 'Review' }));
  expect(asked).toEqual(['review']);
});

test('the keyboard has no double clicks', async () => {
  const { asked, user } = series(
    card(undefined, button('Add', 'add')),
    card(undefined, button('Drop', 'drop')),
  );
  screen.getByRole('button', { name: 'Add' }).focus();
  await user.keyboard('{Enter}{Enter}');
  expect(asked).toEqual(['add', 'drop']);
});
