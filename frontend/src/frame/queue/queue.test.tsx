import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { composer, page, renderChat, renderThread } from '../testing/render-chat';
import { answered, openStream, userSaid } from '../testing/scripted-server';
import { ThreadServer } from '../testing/thread-server';

const messages = () => screen.queryAllByRole('article').map(({ textContent }) => textContent);
const list = () => screen.queryByRole('list', { name: 'Waiting messages' });
const waiting = () =>
  Array.from(list()?.querySelectorAll('.waiting-text') ?? [], ({ textContent }) => textContent);
const row = (at: number) => within(list()?.children[at] as HTMLElement);
const idle = () => screen.findByRole('button', { name: 'Send message' });

/** A page on which an answer is being written, and these messages wait. */
async function busy(server = new ThreadServer(['One?', 'First.']), ...texts: string[]) {
  const around = renderThread(server);
  await screen.findByText('First.');
  await waitFor(() => expect(server.asked).toContain('GET threads/t/queue'));
  await around.user.type(composer(), 'Two?{Enter}');
  await waitFor(() => expect(server.run).toBeTruthy());
  act(() => server.write('Slowly '));
  await screen.findByText('Slowly');
  for (const text of texts) await around.user.type(composer(), `${text}{Enter}`);
  await waitFor(() => expect(server.queue.map(({ text }) => text)).toEqual(texts));
  return { ...around, server };
}

describe('a message that is sent while an answer is written', () => {
  test('waits above the composer, and is answered after it, in the order of the messages', async () => {
    const { server } = await busy(undefined, 'Three?', 'Four?');
    await waitFor(() => expect(waiting()).toEqual(['Three?', 'Four?']));
    expect(composer().value).toBe('');
    act(() => server.finish('done.'));
    await screen.findByText('Three?', { selector: '.bubble-words' });
    await waitFor(() => expect(waiting()).toEqual(['Four?']));
    act(() => server.finish('Third.'));
    await screen.findByText('Four?', { selector: '.bubble-words' });
    act(() => server.finish('Fourth.'));
    await idle();
    expect(list()).toBeNull();
    expect(messages()).toEqual([
      'One?',
      'First.',
      'Two?',
      'Slowly done.',
      'Three?',
      'Third.',
      'Four?',
      'Fourth.',
    ]);
  });

  test('is changed and taken out before its turn comes', async () => {
    const { server, user } = await busy(undefined, 'Three?', 'Four?');
    await user.click(await waitFor(() => row(0).getByRole('button', { name: 'Edit' })));
    await user.keyboard(' Please.{Enter}');
    await waitFor(() => expect(waiting()).toEqual(['Three? Please.', 'Four?']));
    await user.click(row(1).getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(waiting()).toEqual(['Three? Please.']));
    expect(server.queue.map(({ text }) => text)).toEqual(['Three? Please.']);
  });

  test('is sent now: the answer stops and is kept', async () => {
    const { server, user } = await busy(undefined, 'Three?', 'Four?');
    await user.click(await waitFor(() => row(1).getByRole('button', { name: 'Send now' })));
    await screen.findByText('Four?', { selector: '.bubble-words' });
    await waitFor(() => expect(waiting()).toEqual(['Three?']));
    expect(screen.getByText('Slowly')).toBeTruthy();
    expect(screen.getByText('Stopped')).toBeTruthy();
    act(() => server.finish('Fourth.'));
    await screen.findByText('Fourth.');
  });

  test('waits for the user after Stop, and is sent when the user says so', async () => {
    const { server, user } = await busy(undefined, 'Three?');
    await user.keyboard('{Escape}');
    expect(await screen.findByText('Waits until you send it')).toBeTruthy();
    expect(server.run).toBeNull();
    await user.click(row(0).getByRole('button', { name: 'Send now' }));
    await screen.findByText('Three?', { selector: '.bubble-words' });
    act(() => server.finish('Third.'));
    await screen.findByText('Third.');
    expect(list()).toBeNull();
  });

  test('is there after a reload, and its answer is followed when the server begins it late', async () => {
    const { server, chat } = await busy(undefined, 'Three?');
    server.beginsNext = false;
    act(() => chat.reload());
    await waitFor(() => expect(waiting()).toEqual(['Three?']));
    act(() => server.finish('done.'));
    await screen.findByText('Slowly done.');
    act(() => server.next());
    await screen.findByText('Three?', { selector: '.bubble-words' });
    await waitFor(() => expect(list()).toBeNull());
    expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
  });

  test('had its turn while it was changed: what was written goes on in the composer', async () => {
    const { server, user } = await busy(undefined, 'Three?');
    await user.click(await waitFor(() => row(0).getByRole('button', { name: 'Edit' })));
    await user.keyboard(' Please.');
    act(() => server.finish('done.'));
    await screen.findByText('Three?', { selector: '.bubble-words' });
    await waitFor(() => expect(list()).toBeNull());
    expect(composer().value).toBe('Three? Please.');
  });

  test('ends the answer before it where the agent wants that, and may take it back', async () => {
    const server = new ThreadServer(['One?', 'First.']);
    server.strategy = 'rollback';
    const { user } = await busy(server);
    await user.type(composer(), 'Three?{Enter}');
    await screen.findByText('Three?', { selector: '.bubble-words' });
    await waitFor(() => expect(list()).toBeNull());
    act(() => server.finish('Third.'));
    await idle();
    expect(messages()).toEqual(['One?', 'First.', 'Three?', 'Third.']);
  });

  test('stays in the composer where the agent refuses it, and the user is told to wait', async () => {
    const server = new ThreadServer(['One?', 'First.']);
    server.strategy = 'reject';
    const { user } = await busy(server);
    await user.type(composer(), 'Three?{Enter}');
    expect(await screen.findByText(/Your message stays here/)).toBeTruthy();
    expect(composer().value).toBe('Three?');
    expect(list()).toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

test('a message waits where another page has asked meanwhile, and both answers are followed', async () => {
  const server = new ThreadServer(['One?', 'First.']);
  const { user } = renderThread(server);
  await screen.findByText('First.');
  await waitFor(() => expect(server.asked).toContain('GET threads/t/queue'));
  const input = { content: [{ type: 'input_text', text: 'Two?' }], attachments: [] };
  server.handle('POST', '', { type: 'threads.add_user_message', params: { thread_id: 't', input } });
  await user.type(composer(), 'Three?{Enter}');
  await waitFor(() => expect(waiting()).toEqual(['Three?']));
  await screen.findByText('Two?');
  act(() => server.finish('Second.'));
  await screen.findByText('Three?', { selector: '.bubble-words' });
  act(() => server.finish('Third.'));
  await idle();
  expect(messages()).toEqual(['One?', 'First.', 'Two?', 'Second.', 'Three?', 'Third.']);
});

test('Stop and Send stand side by side when there is something to send', async () => {
  const { user } = await busy();
  expect(screen.queryByRole('button', { name: 'Send after this answer' })).toBeNull();
  await user.type(composer(), 'Three?');
  expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Send after this answer' }));
  await waitFor(() => expect(waiting()).toEqual(['Three?']));
});

test('a server on which nothing waits lets the user wait, as before', async () => {
  const { user, asked } = renderChat(
    {
      'threads.get_by_id': () => Response.json(page(userSaid('u', 'hello'), answered('a', 'There'))),
      'threads.add_user_message': (_, signal) => openStream(signal).response,
      'GET threads/t/run': () => Response.json({ run: null }),
    },
    { initialThread: 't' },
  );
  await screen.findByText('There');
  await user.type(composer(), 'Two?{Enter}');
  await screen.findByRole('button', { name: 'Stop' });
  await user.type(composer(), 'Three?{Enter}');
  expect(await screen.findByText(/Your message stays here/)).toBeTruthy();
  expect(asked.filter(({ type }) => type === 'threads.add_user_message')).toMatchObject([{ metadata: {} }]);
});
