import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { composer, created, done, page, renderChat } from '../testing/render-chat';
import { answered, openStream, streamOf, userSaid } from '../testing/scripted-server';

const question = userSaid('u', 'Where am I?');
const call = (id: string) => ({
  id,
  thread_id: 't',
  created_at: new Date().toISOString(),
  type: 'client_tool_call',
  status: 'pending',
  call_id: id,
  name: 'where',
  arguments: {},
});
const failure = { type: 'error', code: 'custom', message: 'Out of order.', allow_retry: true } as const;
const asks = () => streamOf(created, done(question), done(call('c')));
const WAITING = /Waiting for this page/;
const UNANSWERED = 'This page was asked for something and did not answer.';

test('a call whose output the server has neither waits nor is reported as unanswered', async () => {
  const stream = openStream();
  const { user, asked } = renderChat({
    'threads.create': asks,
    'threads.add_client_tool_output': () => stream.response,
  });
  await user.type(composer(), 'Where am I?{Enter}');
  await waitFor(() => expect(asked.at(-1)?.type).toBe('threads.add_client_tool_output'));
  await waitFor(() => expect(screen.queryByText(WAITING)).toBeNull());
  stream.send(failure);
  stream.end();
  expect((await screen.findByRole('alert')).textContent).toContain('Out of order.');
  expect(screen.queryByText(UNANSWERED)).toBeNull();
});

test('nor does one whose answer is stopped', async () => {
  const { user, asked } = renderChat({
    'threads.create': asks,
    'threads.add_client_tool_output': (_, signal) => openStream(signal).response,
  });
  await user.type(composer(), 'Where am I?{Enter}');
  await waitFor(() => expect(asked.at(-1)?.type).toBe('threads.add_client_tool_output'));
  await waitFor(() => expect(screen.queryByText(WAITING)).toBeNull());
  await user.click(screen.getByRole('button', { name: /^Stop/ }));
  await screen.findByRole('button', { name: 'Send message' });
  expect(screen.queryByText(UNANSWERED)).toBeNull();
});

test('one after another, and one left behind, are all settled', async () => {
  const outputs = [() => streamOf(done(call('d'))), () => streamOf(done(answered('a', 'In Ghent')))];
  const { user, invoked } = renderChat({
    'threads.create': () => streamOf(created, done(question), done(call('left')), done(call('c'))),
    'threads.add_client_tool_output': () => (outputs.shift() as () => Response)(),
  });
  await user.type(composer(), 'Where am I?{Enter}');
  expect(await screen.findByText('In Ghent')).toBeTruthy();
  await screen.findByRole('button', { name: 'Send message' });
  expect(invoked).toHaveLength(2);
  expect(screen.queryByText(UNANSWERED)).toBeNull();
});

test('one that another browser has answered is settled before its answer is complete', async () => {
  const stream = openStream();
  let runs = () => Response.json({ run: null, last: { id: 'r', status: 'completed' } });
  renderChat(
    {
      'threads.get_by_id': () => Response.json(page(question, call('c'))),
      'GET threads/t/run': () => runs(),
      'threads.add_client_tool_output': () => {
        runs = () => Response.json({ run: { id: 's', status: 'running' }, last: null });
        return Response.json({ detail: 'It may have been answered already.' }, { status: 409 });
      },
      'GET runs/s/events': () => stream.response,
    },
    { initialThread: 't' },
  );
  await screen.findByText(WAITING);
  await waitFor(() => expect(screen.queryByText(WAITING)).toBeNull());
  expect(screen.queryByText(UNANSWERED)).toBeNull();
  stream.end();
});

test.each([
  ['nothing', undefined, {}],
  ['null', null, {}],
  ['what cannot be sent', 10n, { error: expect.stringContaining('BigInt') }],
  ['an error', new Error('No signal'), { error: 'No signal' }],
])('a tool that gives %s has given an output', async (_, given, result) => {
  const { user, asked } = renderChat(
    {
      'threads.create': asks,
      'threads.add_client_tool_output': () => streamOf(done(answered('a', 'I see'))),
    },
    {
      onClientTool: async () => {
        if (given instanceof Error) throw given;
        return given as never;
      },
    },
  );
  await user.type(composer(), 'Where am I?{Enter}');
  expect(await screen.findByText('I see')).toBeTruthy();
  expect(asked.at(-1)?.params).toMatchObject({ result });
  expect(screen.queryByText(UNANSWERED)).toBeNull();
});
