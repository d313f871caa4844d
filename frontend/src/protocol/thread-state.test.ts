import { describe, expect, test } from 'vitest';
import { emptyThread, type ThreadState, withNewest } from './thread-state';
import type { Page, ThreadItem } from './types';

const message = (id: string, text: string): ThreadItem =>
  ({
    type: 'assistant_message',
    id,
    thread_id: 't',
    created_at: '',
    content: [{ type: 'output_text', text, annotations: [] }],
  }) as ThreadItem;
const widget = (id: string, value: string): ThreadItem =>
  ({ type: 'widget', id, thread_id: 't', created_at: '', widget: { type: 'Card', value } }) as ThreadItem;
const holding = (...items: ThreadItem[]): ThreadState => ({ ...emptyThread, items });
/** As the server answers: the newest first. */
const page = (...items: ThreadItem[]): Page<ThreadItem> => ({ data: items.toReversed(), has_more: false });

describe('the newest items, when they come after what a click or an answer has changed meanwhile', () => {
  const question = message('a', 'There it is');
  const before = widget('w', 'In stock');
  const asked = [question, before];

  test('do not take a changed item back', () => {
    const bought = widget('w', 'Bought');
    const state = withNewest(holding(question, bought), page(question, widget('w', 'In stock')), asked);
    expect(state.items).toEqual([question, bought]);
  });

  test('do not take an added one away', () => {
    const slip = widget('s', 'Your slip');
    const state = withNewest(holding(question, before, slip), page(question, before), asked);
    expect(state.items).toEqual([question, before, slip]);
  });

  test('do not bring a removed one back', () => {
    expect(withNewest(holding(question), page(question, before), asked).items).toEqual([question]);
  });

  test('bring all else that has come', () => {
    const more = message('b', 'And more');
    const bought = widget('w', 'Bought');
    const state = withNewest(holding(question, bought), page(question, before, more), asked);
    expect(state.items).toEqual([question, bought, more]);
  });
});

test('the newest items take the place of all that has not changed since they were asked for', () => {
  const [first, second] = [message('a', 'One'), widget('w', 'In stock')];
  const [later, more] = [widget('w', 'Sold out'), message('b', 'Two')];
  expect(withNewest(holding(first, second), page(later, more)).items).toEqual([first, later, more]);
});
