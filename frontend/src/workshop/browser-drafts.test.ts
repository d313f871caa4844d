// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { browserDrafts } from './browser-drafts';
import { startNew } from './edit-state';

beforeEach(() => localStorage.clear());

test('a draft is there after a reload, in its own folder only', () => {
  browserDrafts('/shop/widgets').keep(startNew('order'));
  browserDrafts('/shop/widgets').keep(startNew('basket'));
  const later = browserDrafts('/shop/widgets');
  expect(later.all().map(({ name }) => name)).toEqual(['basket', 'order']);
  expect(later.get('order')).toEqual(startNew('order'));
  expect(browserDrafts('/blog/widgets').all()).toEqual([]);
  later.drop('order');
  expect(later.get('order')).toBeNull();
  expect(later.get('basket')?.draft.title).toBe('Basket');
});

test('what was deleted comes back once, the newest of a name first', () => {
  const drafts = browserDrafts('/shop/widgets');
  for (const content of ['old', 'new'])
    drafts.addDeleted({ name: 'order', title: 'Order', content, draft: null });
  expect(drafts.takeDeleted('order')?.content).toBe('new');
  expect(drafts.takeDeleted('order')?.content).toBe('old');
  expect(drafts.takeDeleted('order')).toBeUndefined();
});

test('an entry that is no JSON is passed over', () => {
  localStorage.setItem('chatkit-link.workshop:/shop/widgets:draft:bad', '{');
  expect(browserDrafts('/shop/widgets').all()).toEqual([]);
});
