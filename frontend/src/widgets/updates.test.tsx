import { screen } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { reduce } from '../protocol/reducer';
import { emptyThread, type ThreadState } from '../protocol/thread-state';
import type { ItemUpdate, WidgetItem, WidgetNode } from '../protocol/types';
import { renderWidget } from './testing/render-widget';

const input: WidgetNode = { type: 'Input', name: 'name', placeholder: 'Name' };
const card = (...children: WidgetNode[]): WidgetNode => ({ type: 'Card', children });

/** The widget after these updates of the stream. */
function updated(widget: WidgetNode, ...updates: ItemUpdate[]): WidgetNode {
  const item = { id: 'w', thread_id: 't', created_at: '', type: 'widget' as const, widget };
  let state: ThreadState = { ...emptyThread, items: [item] };
  for (const update of updates) state = reduce(state, { type: 'thread.item.updated', item_id: 'w', update });
  return (state.items[0] as WidgetItem).widget;
}

describe('what a user is typing stays', () => {
  test('when the root is replaced, and nodes come and go around the field', async () => {
    const { user, update } = renderWidget(card({ type: 'Text', value: 'One' }, input));
    const field = screen.getByRole('textbox', { name: 'Name' });
    await user.type(field, 'Ada');
    const next = card(
      { type: 'Badge', label: 'new' },
      { type: 'Text', value: 'Zero' },
      { type: 'Text', value: 'One' },
      { type: 'Input', name: 'other', placeholder: 'Other' },
      input,
    );
    update(updated(card(input), { type: 'widget.root.updated', widget: next }));
    expect(screen.getByRole('textbox', { name: 'Name' })).toBe(field);
    expect(field).toHaveProperty('value', 'Ada');
    expect(document.activeElement).toBe(field);
  });

  test('when a component beside it is replaced or grows', async () => {
    const tree = card(
      { type: 'Text', id: 'said', value: 'Hel' },
      { type: 'Col', id: 'side', children: [] },
      input,
    );
    const { user, update } = renderWidget(tree);
    await user.type(screen.getByRole('textbox', { name: 'Name' }), 'Ada');
    update(
      updated(
        tree,
        { type: 'widget.streaming_text.value_delta', component_id: 'said', delta: 'lo', done: false },
        {
          type: 'widget.component.updated',
          component_id: 'side',
          component: { type: 'Col', id: 'side', children: [{ type: 'Caption', value: 'More' }] },
        },
      ),
    );
    expect(screen.getByText('More')).toBeTruthy();
    expect(document.querySelector('.w-text')?.textContent).toBe('Hello');
    expect(screen.getByRole('textbox', { name: 'Name' })).toHaveProperty('value', 'Ada');
  });

  test('when the tree moves a node that has a key', async () => {
    const keyed = { ...input, key: 'mine' };
    const { user, update } = renderWidget(card(keyed, { type: 'Text', value: 'Below' }));
    const field = screen.getByRole('textbox', { name: 'Name' });
    await user.type(field, 'Ada');
    update(card({ type: 'Text', value: 'Above' }, { type: 'Divider' }, keyed));
    expect(screen.getByRole('textbox', { name: 'Name' })).toBe(field);
    expect(field).toHaveProperty('value', 'Ada');
  });

  test('when a card folds up and unfolds', async () => {
    const { user, update } = renderWidget(card(input));
    await user.type(screen.getByRole('textbox', { name: 'Name' }), 'Ada');
    update({ ...card(input), collapsed: true });
    expect(screen.queryByRole('textbox', { name: 'Name' })).toBeNull();
    update(card(input));
    expect(screen.getByRole('textbox', { name: 'Name' })).toHaveProperty('value', 'Ada');
  });
});

test('a text that comes in word by word is announced as one text', () => {
  const text = (value: string): WidgetNode => ({ type: 'Text', value, streaming: true });
  const { update, container } = renderWidget(card(text('One')));
  for (const value of ['One two', 'One two three']) update(card(text(value)));
  expect(container.querySelector('.w-text')?.textContent).toBe('One two three');
  expect(container.querySelector('.w-fresh')?.textContent).toBe(' three');
  update(card({ ...text('One two three'), streaming: false }));
  expect(container.querySelector('.w-fresh')).toBeNull();
});
