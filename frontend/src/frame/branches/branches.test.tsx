import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { page, renderChat, renderThread } from '../testing/render-chat';
import { answered, userSaid } from '../testing/scripted-server';
import { ThreadServer } from '../testing/thread-server';

const messages = () => screen.getAllByRole('article').map(({ textContent }) => textContent);
const pencils = () => screen.findAllByRole('button', { name: 'Edit your message' });
const field = () => screen.getByRole('textbox', { name: 'Edit your message' }) as HTMLTextAreaElement;
const versions = () =>
  screen.queryAllByRole('group', { name: 'Versions' }).map(({ textContent }) => textContent);
const idle = () => screen.findByRole('button', { name: 'Send message' });

/** Opens the field of a message, and writes this in the place of what stands there. */
async function edit({ user }: ReturnType<typeof renderThread>, at: number, text: string) {
  await user.click((await pencils())[at] as HTMLElement);
  await user.clear(field());
  await user.type(field(), text);
}

describe('a message that is edited', () => {
  test('stands in the place of the old one with an answer of its own, and what followed is kept behind it', async () => {
    const server = new ThreadServer(['One?', 'First.'], ['Two?', 'Second.']);
    const chat = renderThread(server);
    await edit(chat, 0, 'Another?{Enter}');
    await waitFor(() => expect(server.run).toBeTruthy());
    expect(screen.queryByText('Second.')).toBeNull();
    act(() => server.finish('Other.'));
    await idle();
    expect(messages()).toEqual(['Another?', 'Other.']);
    expect(versions()).toEqual(['2/2Version 2 of 2']);
    await chat.user.click(screen.getByRole('button', { name: 'Previous version' }));
    await screen.findByText('Second.');
    expect(messages()).toEqual(['One?', 'First.', 'Two?', 'Second.']);
    expect(versions()).toEqual(['1/2Version 1 of 2']);
  });

  test('takes its files and its quote along', async () => {
    const server = new ThreadServer();
    const input = {
      content: [{ type: 'input_text', text: 'What is this?' }],
      attachments: ['f'],
      quoted_text: 'A lock',
    };
    server.handle('POST', '', { type: 'threads.create', params: { input } });
    server.finish('A file.');
    const chat = renderThread(server);
    await edit(chat, 0, 'And this?{Enter}');
    await waitFor(() => expect(server.run).toBeTruthy());
    act(() => server.finish('Still a file.'));
    await idle();
    expect(server.path[0]).toMatchObject({ quoted_text: 'A lock', attachments: [{ id: 'f' }] });
    expect(within(screen.getByRole('article', { name: 'You said' })).getByText('f.txt')).toBeTruthy();
  });

  test('is left with Escape, and an unchanged one is not sent', async () => {
    const server = new ThreadServer(['One?', 'First.']);
    const chat = renderThread(server);
    await edit(chat, 0, 'Another?{Escape}');
    expect(messages()).toEqual(['One?', 'First.']);
    await chat.user.click((await pencils())[0] as HTMLElement);
    await chat.user.keyboard('{Enter}');
    expect(screen.queryByRole('textbox', { name: 'Edit your message' })).toBeNull();
    expect(server.asked).not.toContain('threads.add_user_message');
  });

  test('needs Ctrl+Enter where Enter makes a new line', async () => {
    const server = new ThreadServer(['One?', 'First.']);
    const chat = renderThread(server);
    chat.chat.enterKey.set('newline');
    await edit(chat, 0, 'Another{Enter}line?');
    expect(field().value).toBe('Another\nline?');
    await chat.user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => expect(server.path).toMatchObject([{ content: [{ text: 'Another\nline?' }] }]));
  });

  test('that the server refuses is in its field again, and the thread is as it was', async () => {
    const server = new ThreadServer(['One?', 'First.'], ['Two?', 'Second.']);
    const chat = renderThread(server);
    await edit(chat, 0, 'Another?');
    // Another page has asked meanwhile.
    server.handle('POST', '', {
      type: 'threads.add_user_message',
      params: {
        thread_id: 't',
        input: { content: [{ type: 'input_text', text: 'Three?' }], attachments: [] },
      },
    });
    await chat.user.keyboard('{Enter}');
    await waitFor(() => expect(field().value).toBe('Another?'));
    act(() => server.finish('Third.'));
    await screen.findByText('Third.');
    expect(field().value).toBe('Another?');
    expect(screen.getByText('Second.')).toBeTruthy();
  });

  test('waits while an answer is written, as walking does', async () => {
    const server = new ThreadServer(['One?', 'First.']);
    const chat = renderThread(server);
    await edit(chat, 0, 'Another?{Enter}');
    await waitFor(() => expect(server.run).toBeTruthy());
    act(() => server.write('Slowly '));
    await screen.findByText('Slowly');
    const [pencil] = await pencils();
    expect(pencil?.getAttribute('aria-disabled')).toBe('true');
    await chat.user.click(pencil as HTMLElement);
    expect(screen.queryByRole('textbox', { name: 'Edit your message' })).toBeNull();
    act(() => server.finish('done.'));
    await idle();
    const back = screen.getByRole('button', { name: 'Previous version' });
    expect(back.getAttribute('aria-disabled')).toBeNull();
  });
});

describe('versions', () => {
  test('of an answer stand below it, and the one that was chosen is there after a reload', async () => {
    const server = new ThreadServer(['One?', 'First.'], ['Two?', 'Second.']);
    const { user, chat } = renderThread(server);
    await pencils();
    await user.click(screen.getByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(server.run).toBeTruthy());
    act(() => server.finish('Again.'));
    await waitFor(() => expect(versions()).toEqual(['2/2Version 2 of 2']));
    expect(messages()).toEqual(['One?', 'First.', 'Two?', 'Again.']);
    await user.click(screen.getByRole('button', { name: 'Previous version' }));
    await screen.findByText('Second.');
    act(() => chat.reload());
    await waitFor(() => expect(versions()).toEqual(['1/2Version 1 of 2']));
    expect(messages()).toEqual(['One?', 'First.', 'Two?', 'Second.']);
  });

  test('are walked by the keyboard, and announced in words', async () => {
    const server = new ThreadServer(['One?', 'First.']);
    const around = renderThread(server);
    await edit(around, 0, 'Another?{Enter}');
    await waitFor(() => expect(server.run).toBeTruthy());
    act(() => server.finish('Other.'));
    await idle();
    const back = await screen.findByRole('button', { name: 'Previous version' });
    back.focus();
    await around.user.keyboard('{Enter}');
    await screen.findByText('First.');
    const said = () => around.chat.announcer.said.value.map(({ text }) => text).join(' ');
    await waitFor(() => expect(said()).toContain('Version 1 of 2'));
    expect(said()).not.toContain('First.');
  });

  test('of a message in the middle leave alone what is loaded above it, and what is not', async () => {
    const server = new ThreadServer(['One?', 'First.'], ['Two?', 'Second.'], ['Three?', 'Third.']);
    server.pageSize = 2;
    const around = renderThread(server);
    const older = () => around.user.click(screen.getByRole('button', { name: 'Show earlier messages' }));
    await screen.findByText('Third.');
    await edit(around, 0, 'Third, in other words?{Enter}');
    await waitFor(() => expect(server.run).toBeTruthy());
    act(() => server.finish('Another third.'));
    await idle();
    await older();
    await screen.findByText('Second.');
    await edit(around, 0, 'Another?{Enter}');
    await waitFor(() => expect(server.run).toBeTruthy());
    act(() => server.finish('Other.'));
    await idle();
    await waitFor(() => expect(versions()).toHaveLength(1));
    await around.user.click(screen.getByRole('button', { name: 'Previous version' }));
    await screen.findByText('Another third.');
    expect(messages()).toEqual(['Two?', 'Second.', 'Third, in other words?', 'Another third.']);
    await older();
    await screen.findByText('First.');
    expect(messages()).toHaveLength(6);
  });

  test('that another page has walked away from are not lost: the walk fails in words', async () => {
    const server = new ThreadServer(['One?', 'First.']);
    const around = renderThread(server);
    await edit(around, 0, 'Another?{Enter}');
    await waitFor(() => expect(server.run).toBeTruthy());
    act(() => server.finish('Other.'));
    await idle();
    const body = { content: [{ type: 'input_text', text: 'Three?' }], attachments: [] };
    server.handle('POST', '', {
      type: 'threads.add_user_message',
      params: { thread_id: 't', input: body },
    });
    await around.user.click(screen.getByRole('button', { name: 'Previous version' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Refused with 409');
    expect(messages()).toEqual(['Another?', 'Other.']);
  });
});

test('a server without versions shows neither a pencil nor a number, and is asked once', async () => {
  const around = renderChat(
    {
      'threads.get_by_id': () => Response.json(page(userSaid('u', 'hello'), answered('a', 'There'))),
      'GET threads/t/run': () => Response.json({ run: null }),
      'GET threads/t/branches': () => Response.json({ detail: 'Not Found' }, { status: 404 }),
    },
    { initialThread: 't' },
  );
  await screen.findByText('There');
  act(() => around.chat.reload());
  await screen.findByText('There');
  expect(screen.queryByRole('button', { name: 'Edit your message' })).toBeNull();
  expect(screen.queryByRole('group', { name: 'Versions' })).toBeNull();
  expect(around.asked.filter(({ type }) => type === 'GET threads/t/branches')).toHaveLength(1);
  expect(around.emitted.filter(([name]) => name === 'error')).toEqual([]);
});
