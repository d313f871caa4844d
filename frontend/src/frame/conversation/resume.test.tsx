/** What a page does on a thread whose last answer ended without it: report what became of it, or do its part. */
import { screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { done, page, renderChat } from '../testing/render-chat';
import { answered, streamOf, userSaid } from '../testing/scripted-server';

const question = userSaid('u', 'hello');
const lastRun = (status: string, more: object = {}) => ({
  'GET threads/t/run': () => Response.json({ run: null, last: { id: 'r', status, ...more } }),
});
const thread = (...items: unknown[]) => ({ 'threads.get_by_id': () => Response.json(page(...items)) });
const opened = (answers: Parameters<typeof renderChat>[0]) => renderChat(answers, { initialThread: 't' });

describe('a page that is opened on an answer', () => {
  test('that failed shows the reason of then, and tries again when asked', async () => {
    const error = { type: 'error', message: 'The model is busy.', allow_retry: true };
    const { user, asked } = opened({
      ...thread(question, answered('a', 'Half of')),
      ...lastRun('failed', { error }),
      'threads.retry_after_item': () => streamOf(done(answered('b', 'All of it'))),
    });
    expect((await screen.findByRole('alert')).textContent).toContain('The model is busy.');
    expect(screen.getByText('Half of')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('All of it')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(asked.at(-1)).toMatchObject({ params: { thread_id: 't', item_id: 'u' } });
  });

  test('that was interrupted is displayed as such although its error is not kept any more', async () => {
    opened({ ...thread(question), ...lastRun('interrupted', { error: null }) });
    expect((await screen.findByRole('alert')).textContent).toContain('The server was restarted');
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  });

  test('that cannot be tried again offers nothing', async () => {
    const error = { type: 'error', message: 'This chat has used up its budget.', allow_retry: false };
    opened({ ...thread(question), ...lastRun('failed', { error }) });
    expect((await screen.findByRole('alert')).textContent).toContain('used up its budget');
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  });

  test.each(['completed', 'cancelled'])('that was %s shows nothing', async (status) => {
    const { asked } = opened({ ...thread(question), ...lastRun(status) });
    await waitFor(() => expect(asked.map(({ type }) => type)).toContain('GET threads/t/run'));
    await screen.findByRole('button', { name: 'Send message' });
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  });
});

describe('a call that waits for a page', () => {
  const at = new Date().toISOString();
  const call = {
    id: 'c',
    thread_id: 't',
    created_at: at,
    type: 'client_tool_call',
    status: 'pending',
    call_id: 'call',
    name: 'where',
    arguments: { exactly: true },
  };
  const output = () =>
    streamOf(done({ ...call, status: 'completed' }), done(answered('a', 'You are in Ghent')));

  test('is carried out by the page that is opened, once', async () => {
    const { invoked, asked } = opened({
      ...thread(question, call),
      ...lastRun('completed'),
      'threads.add_client_tool_output': output,
    });
    expect(await screen.findByText('You are in Ghent')).toBeTruthy();
    expect(invoked).toEqual([['onClientTool', [{ name: 'where', params: { exactly: true } }]]]);
    expect(asked.filter(({ type }) => type === 'threads.add_client_tool_output')).toHaveLength(1);
  });

  test('is carried out by the page that followed the answer which made it', async () => {
    let items: unknown[] = [question];
    const { invoked } = opened({
      'threads.get_by_id': () => Response.json(page(...items)),
      'GET threads/t/run': () => Response.json({ run: { id: 'r', status: 'running' }, last: null }),
      'GET runs/r/events': () => {
        items = [question, call];
        return streamOf(done(question), done(call));
      },
      'threads.add_client_tool_output': output,
    });
    expect(await screen.findByText('You are in Ghent')).toBeTruthy();
    expect(invoked).toHaveLength(1);
  });

  test('that another page has answered meanwhile is no failure, and its answer is followed', async () => {
    let runs = () => Response.json({ run: null, last: { id: 'r', status: 'completed' } });
    opened({
      ...thread(question, call),
      'GET threads/t/run': () => runs(),
      'threads.add_client_tool_output': () => {
        runs = () => Response.json({ run: { id: 's', status: 'running' }, last: null });
        return Response.json({ detail: 'It may have been answered already.' }, { status: 409 });
      },
      'GET runs/s/events': () =>
        streamOf(done({ ...call, status: 'completed' }), done(answered('a', 'From the other tab'))),
    });
    expect(await screen.findByText('From the other tab')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('keeps its result until the server has it', async () => {
    let up = false;
    const { invoked, user } = opened({
      ...thread(question, call),
      ...lastRun('completed'),
      'threads.add_client_tool_output': () =>
        up ? output() : Promise.reject<Response>(new TypeError('Failed to fetch')),
    });
    await screen.findByRole('alert');
    up = true;
    await user.click(screen.getByRole('button', { name: 'Refresh' }));
    expect(await screen.findByText('You are in Ghent')).toBeTruthy();
    expect(invoked).toHaveLength(1);
  });

  test.each([
    ['the user stopped the answer', call, 'cancelled'],
    ['the answer failed', call, 'failed'],
  ])('is left alone when %s', async (_, waiting, status) => {
    const { invoked, asked } = opened({ ...thread(question, waiting), ...lastRun(status) });
    await waitFor(() => expect(asked.map(({ type }) => type)).toContain('GET threads/t/run'));
    await screen.findByRole('button', { name: 'Send message' });
    expect(invoked).toEqual([]);
  });

  test('in a locked thread is left alone', async () => {
    const { invoked } = opened({
      'threads.get_by_id': () =>
        Response.json({ ...page(question, call), status: { type: 'locked', reason: 'Under review.' } }),
      ...lastRun('completed'),
    });
    await screen.findByText('Under review.');
    await waitFor(() => expect(invoked).toEqual([]));
  });

  test('does not keep a new message from being sent', async () => {
    const old = { ...call, created_at: '2020-01-01T00:00:00Z' };
    const { user, invoked } = opened({
      ...thread(question, old),
      'GET threads/t/run': () => Response.json({ run: null, last: null }),
      'threads.add_user_message': () => streamOf(done(userSaid('v', 'again')), done(answered('b', 'Here'))),
    });
    await user.type(await screen.findByRole('textbox', { name: 'Message' }), 'again{Enter}');
    expect(await screen.findByText('Here')).toBeTruthy();
    expect(invoked).toEqual([]);
  });
});
