/** What is in the composer outlives the frame of an element that is moved. */
import { cleanup, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Kept } from '../bridge/contract';
import { composer, page, renderChat } from './testing/render-chat';
import { answered } from './testing/scripted-server';

const options = {
  initialThread: 'first',
  composer: {
    attachments: { enabled: true },
    tools: [{ id: 'search', label: 'Search', icon: 'globe' as const }],
    models: [
      { id: 'small', label: 'Small' },
      { id: 'large', label: 'Large' },
    ],
  },
};
const answers = { 'threads.get_by_id': () => Response.json(page(answered('a', 'Row locks are held'))) };

test('a draft, its quote, files and choices come back, and with them the thread that was open', async () => {
  const before = renderChat(answers, options);
  await before.chat.methods.setComposerValue({
    content: [
      { type: 'input_text', text: 'About ' },
      { type: 'input_tag', id: 'o7', text: 'Order 7' },
    ],
    reply: 'It is on its way.',
    attachments: [{ type: 'file', id: 'f', name: 'order.pdf', mime_type: 'application/pdf' }],
    selectedToolId: 'search',
    selectedModelId: 'large',
  });
  composer().focus();
  await before.user.type(composer(), ' and more', { skipClick: true });
  const kept: Kept = { threadId: 't', composer: structuredClone(before.kept.at(-1)) };
  cleanup();

  const { chat, asked } = renderChat(answers, options, kept);
  expect(await screen.findByText('Row locks are held')).toBeTruthy();
  expect(asked).toMatchObject([{ params: { thread_id: 't' } }]);
  expect(composer().value).toBe('About @Order 7 and more');
  expect(chat.draft.value.tags).toHaveLength(1);
  expect(screen.getByText('order.pdf')).toBeTruthy();
  expect(screen.getByText('It is on its way.')).toBeTruthy();
  expect(chat.selection.inference).toEqual({ tool_choice: { id: 'search' }, model: 'large' });
});

test('a new chat that was begun stays one, whatever thread the options name', async () => {
  const { chat, asked } = renderChat(answers, options, { threadId: null });
  await waitFor(() => expect(composer()).toBeTruthy());
  expect(asked).toEqual([]);
  expect(chat.view.value.conversation.id).toBeNull();
});
