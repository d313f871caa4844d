import { expect, test } from 'vitest';
import {
  changedOnDisk,
  freeName,
  hasChanges,
  keepMine,
  renamed,
  startEditing,
  startFromDrop,
  startNew,
} from './edit-state';
import type { WidgetFile } from './workshop-api';

const opened = (template: string, revision: string): WidgetFile => ({
  name: 'order',
  revision,
  tree: {},
  problems: [],
  marks: [],
  draft: { title: 'Order', template, schema_text: '{}', data: '{}' },
});
const type = (template: string) => {
  const editing = startEditing(opened('old', '1'));
  return { ...editing, draft: { ...editing.draft, template } };
};

test('a change on disk is taken over where nothing was typed', () => {
  const next = changedOnDisk(startEditing(opened('old', '1')), opened('new', '2'));
  expect(next.draft.template).toBe('new');
  expect(next.revision).toBe('2');
});

test('what was typed stays, and the newer file is offered', () => {
  const next = changedOnDisk(type('mine'), opened('new', '2'));
  expect(next.draft.template).toBe('mine');
  expect(next.newer?.draft?.template).toBe('new');
  const kept = keepMine(next);
  expect([kept.draft.template, kept.revision, kept.newer]).toEqual(['mine', '2', null]);
  expect(hasChanges(kept)).toBe(true);
});

test('our own save is no news', () => {
  expect(changedOnDisk(startEditing(opened('old', '1')), opened('old', '1')).newer).toBeNull();
  expect(changedOnDisk(type('mine'), opened('mine', '2')).newer).toBeNull();
});

test('a dropped file is unsaved, and knows what it would replace', () => {
  const dropped = startFromDrop(opened('dropped', '9'), opened('old', '1'));
  expect(hasChanges(dropped)).toBe(true);
  expect(dropped.revision).toBe('1');
  expect(startFromDrop(opened('dropped', '9'), undefined).revision).toBeNull();
});

test('a new widget is unsaved, and called by its name until it is called otherwise', () => {
  const made = startNew('order-status');
  expect([hasChanges(made), made.revision, made.draft.title]).toEqual([true, null, 'Order status']);
  expect(renamed(made, 'parcel').draft.title).toBe('Parcel');
  expect(renamed(startNew('a', { ...made.draft, title: 'Mine' }), 'parcel').draft.title).toBe('Mine');
  expect(renamed(startEditing(opened('old', '1')), 'parcel').draft.title).toBe('Order');
});

test('a name that is taken gets a number', () => {
  expect(freeName('poll', new Set())).toBe('poll');
  expect(freeName('poll', new Set(['poll', 'poll-2']))).toBe('poll-3');
});
