import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { page, renderChat } from '../testing/render-chat';
import { threadCalled, userSaid } from '../testing/scripted-server';

describe('history', () => {
  const answers = () => ({
    'threads.list': () =>
      Response.json({ data: [threadCalled('t', 'One'), threadCalled('t2', 'Two')], has_more: false }),
    'threads.get_by_id': () => Response.json(page(userSaid('u', 'hello'))),
    'threads.update': () => Response.json(threadCalled('t', 'First')),
    'threads.delete': () => Response.json({}),
  });

  test('opens a thread and marks which one is open', async () => {
    const { user, emitted } = renderChat(answers());
    await user.click(screen.getByRole('button', { name: 'History' }));
    await user.click(await screen.findByRole('button', { name: 'One' }));
    expect(await screen.findByText('hello')).toBeTruthy();
    expect(screen.queryByRole('complementary')).toBeNull();
    expect(emitted.map(([name]) => name)).toEqual([
      'history.open',
      'history.close',
      'thread.load.start',
      'thread.change',
      'thread.load.end',
    ]);
  });

  test('renames with Enter, and leaves the name with Escape', async () => {
    const { user, asked } = renderChat(answers());
    await user.click(screen.getByRole('button', { name: 'History' }));
    const entry = (await screen.findByRole('button', { name: 'One' })).closest('li') as HTMLElement;
    await user.click(within(entry).getByRole('button', { name: 'Rename' }));
    await user.keyboard('Wrong{Escape}');
    expect(screen.getByRole('button', { name: 'One' })).toBeTruthy();
    await user.click(screen.getAllByRole('button', { name: 'Rename' })[0] as HTMLElement);
    await user.keyboard('First{Enter}');
    expect(await screen.findByRole('button', { name: 'First' })).toBeTruthy();
    expect(asked.at(-1)).toMatchObject({ params: { thread_id: 't', title: 'First' } });
  });

  test('deletes only after a question, and starts anew when the open thread is deleted', async () => {
    const { user, asked } = renderChat(answers(), { initialThread: 't' });
    await screen.findByText('hello');
    await user.click(screen.getByRole('button', { name: 'History' }));
    await screen.findByRole('button', { name: 'One' });
    await user.click(screen.getAllByRole('button', { name: 'Delete' })[0] as HTMLElement);
    const dialog = screen.getByRole('alertdialog', { name: 'Delete this chat?' });
    expect(asked.some(({ type }) => type === 'threads.delete')).toBe(false);
    await user.click(within(dialog).getByRole('button', { name: 'Delete' }));
    await waitFor(() => expect(screen.queryByRole('button', { name: 'One' })).toBeNull());
    expect(screen.queryByText('hello')).toBeNull();
    expect(screen.getByRole('button', { name: 'Two' })).toBeTruthy();
  });

  test('that cannot be read shows an error and can be loaded again', async () => {
    let up = false;
    const { user } = renderChat({
      ...answers(),
      'threads.list': () => (up ? answers()['threads.list']() : new Response('', { status: 503 })),
    });
    await user.click(screen.getByRole('button', { name: 'History' }));
    const again = await screen.findByRole('button', { name: 'Try again' });
    up = true;
    await user.click(again);
    expect(await screen.findByRole('button', { name: 'One' })).toBeTruthy();
  });
});
