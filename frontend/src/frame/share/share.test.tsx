import { screen, waitFor, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { page, renderChat, renderThread } from '../testing/render-chat';
import { answered, userSaid } from '../testing/scripted-server';
import { ThreadServer } from '../testing/thread-server';

const dialog = async () => within(await screen.findByRole('dialog', { name: 'Share this chat' }));

test('a link to the whole conversation is made, copied and taken back', async () => {
  const server = new ThreadServer(['One?', 'First.']);
  const { user } = renderThread(server);
  await user.click(await screen.findByRole('button', { name: 'Share this chat' }));
  const { findByText, getByRole, queryByText, queryByRole } = await dialog();
  expect(queryByRole('radio')).toBeNull();
  await user.selectOptions(getByRole('combobox', { name: 'The link works' }), 'for 7 days');
  await user.click(getByRole('button', { name: 'Create link' }));
  await findByText('chat.example/shared/', { exact: false });
  expect(server.shares).toMatchObject([
    { until: server.path[1]?.id, attachments: false, expires_at: '2026-11-29T10:00:00.000Z' },
  ]);
  await waitFor(() => expect(document.activeElement?.textContent).toBe('Copy link'));
  await user.keyboard('{Enter}');
  expect(await navigator.clipboard.readText()).toBe(`https://chat.example/shared/${server.shares[0]?.id}`);
  await user.click(getByRole('button', { name: 'Revoke' }));
  await waitFor(() => expect(queryByText('chat.example/shared/', { exact: false })).toBeNull());
  expect(server.shares).toEqual([]);
});

test('a link from an answer shows what is up to it, without an end where none is wanted', async () => {
  const server = new ThreadServer(['One?', 'First.'], ['Two?', 'Second.']);
  const { user } = renderThread(server);
  await user.click((await screen.findAllByRole('button', { name: 'Share up to here' }))[0] as HTMLElement);
  const { findByText, getByRole } = await dialog();
  expect((getByRole('radio', { name: 'Up to this answer' }) as HTMLInputElement).checked).toBe(true);
  await user.selectOptions(getByRole('combobox', { name: 'The link works' }), 'until it is revoked');
  await user.click(getByRole('button', { name: 'Create link' }));
  expect(await findByText(/Works until it is revoked/)).toBeTruthy();
  expect(server.shares).toMatchObject([{ until: server.path[1]?.id, expires_at: null }]);
});

test('what the server refuses is said in the dialog, and the links that there are stay', async () => {
  const server = new ThreadServer(['One?', 'First.']);
  server.handle('POST', 'threads/t/shares', { attachments: false });
  const { user } = renderThread(server);
  await user.click(await screen.findByRole('button', { name: 'Share this chat' }));
  const { findByText, getByRole } = await dialog();
  await findByText(/Works until it is revoked/);
  server.shares = [];
  await user.click(getByRole('button', { name: 'Revoke' }));
  expect((await screen.findByRole('alert')).textContent).toContain('Refused with 404');
  expect(getByRole('button', { name: 'Revoke' })).toBeTruthy();
});

test.each<[string, Record<string, () => Response>]>([
  ['does not share', {}],
  [
    'has it switched off',
    { 'GET threads/t/shares': () => Response.json({ shares: [{ id: 'shr_1' }], enabled: false }) },
  ],
])('a server that %s has no button for it', async (_, routes) => {
  renderChat(
    {
      ...routes,
      'threads.get_by_id': () => Response.json(page(userSaid('u', 'hello'), answered('a', 'There'))),
      'GET threads/t/run': () => Response.json({ run: null }),
      'GET threads/t/branches': () => Response.json({ branches: [] }),
    },
    { initialThread: 't' },
  );
  // What else the server may have is known by then.
  await screen.findByRole('button', { name: 'Edit your message' });
  expect(screen.queryByRole('button', { name: /Share/ })).toBeNull();
});
