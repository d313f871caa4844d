import { screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page, renderChat } from '../testing/render-chat';
import { answered, userSaid } from '../testing/scripted-server';
import { showItem } from './show-item';

/** jsdom lays nothing out, and so has no place to scroll to. */
const shown: string[] = [];
beforeEach(() => {
  shown.length = 0;
  Element.prototype.scrollIntoView = function (this: Element) {
    shown.push(this.textContent ?? '');
  };
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
});
afterEach(() => {
  Reflect.deleteProperty(Element.prototype, 'scrollIntoView');
  vi.unstubAllGlobals();
});

test('a message of a page that the view is already loading is shown when it is there', async () => {
  let answer = (_: Response) => {};
  const { chat, asked } = renderChat(
    {
      'threads.get_by_id': () =>
        Response.json({ ...page(), items: { data: [answered('b', 'Newer')], has_more: true, after: 'b' } }),
      'items.list': () => new Promise<Response>((resolve) => (answer = resolve)),
    },
    { initialThread: 't' },
  );
  await screen.findByText('Newer');
  const { conversation } = chat.view.value;
  void conversation.loadOlder();
  const showing = showItem(conversation, 'u');
  answer(Response.json({ data: [answered('a', 'Older'), userSaid('u', 'Oldest')], has_more: false }));
  await showing;
  expect(shown).toEqual(['Oldest']);
  expect(asked.filter(({ type }) => type === 'items.list')).toHaveLength(1);
});
