import type { Entity } from '@openai/chatkit';
import { expect, test } from 'vitest';
import { contentOf, type Draft, draftFrom, edited, emptyDraft, outside } from './draft';

const ann: Entity = { id: 'p1', title: 'Ann Lee', group: 'People', interactive: true, data: { team: 'ops' } };
const tagsOf = ({ text, tags }: Draft) =>
  tags.map(({ start, end, entity }) => [text.slice(start, end), entity.id]);
const typed = (draft: Draft, text: string, caret = text.length) => edited(draft, text, caret, [ann]);

test('a label that is completed is a tag, and goes with the message as one', () => {
  const draft = typed(typed(emptyDraft, 'Ask @a'), 'Ask @Ann Lee now');
  expect(tagsOf(draft)).toEqual([['@Ann Lee', 'p1']]);
  expect(contentOf(draft)).toEqual([
    { type: 'input_text', text: 'Ask ' },
    {
      type: 'input_tag',
      id: 'p1',
      text: 'Ann Lee',
      group: 'People',
      interactive: true,
      data: { team: 'ops' },
    },
    { type: 'input_text', text: ' now' },
  ]);
});

test('text before a tag moves it, text after it does not, text inside ends it', () => {
  const draft = typed(emptyDraft, '@Ann Lee !');
  const moved = edited(draft, 'Hi @Ann Lee !', 3);
  expect(moved.tags).toMatchObject([{ start: 3, end: 11 }]);
  expect(edited(moved, 'Hi @Ann Lee !?', 14).tags).toEqual(moved.tags);
  expect(edited(moved, 'Hi @Anna Lee !', 8).tags).toEqual([]);
});

test('repeated letters are distinguished by the cursor', () => {
  const draft = draftFrom([
    { type: 'input_text', text: 'aa' },
    { type: 'input_tag', id: 'p1', text: 'Ann Lee' },
  ]);
  expect(edited(draft, 'aaa@Ann Lee', 1).tags).toMatchObject([{ start: 3 }]);
});

test('undo and paste bring a tag back', () => {
  const gone = edited(typed(emptyDraft, '@Ann Lee'), '', 0);
  expect(gone.tags).toEqual([]);
  expect(tagsOf(typed(gone, '@Ann Lee'))).toEqual([['@Ann Lee', 'p1']]);
  expect(tagsOf(typed(gone, '@Ann Lee and @Ann Lee'))).toHaveLength(2);
});

test('of two entities with one title the newest is meant', () => {
  const draft = edited(emptyDraft, '@Ann Lee', 8, [{ ...ann, id: 'p2' }, ann]);
  expect(tagsOf(draft)).toEqual([['@Ann Lee', 'p2']]);
});

test('the cursor steps over a tag as over one letter', () => {
  const { tags } = typed(emptyDraft, '@Ann Lee');
  expect([outside(tags, 1, 0), outside(tags, 7, 8), outside(tags, 2, 2), outside(tags, 8, 8)]).toEqual([
    8, 0, 0, 8,
  ]);
});

test('content from the host page can be edited and comes out as it went in', () => {
  const content = [
    { type: 'input_tag', id: 'p1', text: 'Ann Lee', data: {} },
    { type: 'input_text', text: ' knows' },
  ] as const;
  expect(contentOf(draftFrom(content))).toEqual(content);
  expect(contentOf({ ...emptyDraft, text: '  padded \n' })).toEqual([{ type: 'input_text', text: 'padded' }]);
});
