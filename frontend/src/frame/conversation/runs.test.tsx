import { act, screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { sendableOptions } from '../../options/sendable-options';
import type { ThreadEvent, ThreadItem } from '../../protocol/types';
import type { ResumableFetchInit } from '../../resumable-fetch/resumable-fetch';
import { composer, created, done, page, renderChat } from '../testing/render-chat';
import { answered, BASE, openStream, streamOf, userSaid } from '../testing/scripted-server';

const question = { ...userSaid('u', 'hello'), created_at: new Date().toISOString() };
const running = () => Response.json({ run: { id: 'r', status: 'running' } });
const idle = () => Response.json({ run: null });
const added = (item: unknown): ThreadEvent => ({ type: 'thread.item.added', item: item as ThreadItem });
const delta = (text: string): ThreadEvent => ({
  type: 'thread.item.updated',
  item_id: 'a',
  update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: text },
});

/** A page that is opened on a thread whose answer another page has asked for. */
function opened(items: unknown[] = [question], more: object = {}) {
  let stream = openStream();
  const run = () => Response.json({ run: { id: 'r', status: 'running', ...more } });
  const server = { items, run };
  const around = renderChat(
    {
      'threads.get_by_id': () => Response.json(page(...server.items)),
      'GET threads/t/run': () => server.run(),
      'GET runs/r/events': (_, signal) => {
        stream = openStream(signal);
        return stream.response;
      },
    },
    { initialThread: 't' },
  );
  const following = () =>
    waitFor(() => expect(around.asked.at(-1)).toMatchObject({ type: 'GET runs/r/events' }));
  return { ...around, server, following, stream: () => stream };
}

describe('a page that is opened on a running answer', () => {
  test('follows it to its end, and the words it had already are not there twice', async () => {
    const { server, following, stream, emitted, asked } = opened([question, answered('a', 'One ')]);
    await following();
    stream().send(created, done(question), added(answered('a', '')), delta('One '), delta('two '));
    expect(await screen.findByText('One two')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
    stream().send(delta('three'), done(answered('a', 'One two three')));
    server.items = [question, answered('a', 'One two three')];
    stream().end();
    expect(await screen.findByRole('button', { name: 'Send message' })).toBeTruthy();
    expect(screen.getByText('One two three')).toBeTruthy();
    expect(screen.getAllByRole('article')).toHaveLength(2);
    expect(emitted.map(([name]) => name)).toEqual(
      expect.arrayContaining(['thread.load.end', 'response.start', 'response.end']),
    );
    expect(asked.map(({ type }) => type)).not.toContain('items.list');
  });

  test('can stop it', async () => {
    const { following, stream, user } = opened();
    await following();
    stream().send(created, done(question), added(answered('a', 'Half of')));
    await screen.findByText('Half of');
    await user.keyboard('{Escape}');
    expect(await screen.findByRole('button', { name: 'Send message' })).toBeTruthy();
    expect(screen.getByText('Half of')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('goes on following it while the user looks at another chat', async () => {
    const { chat, following, stream } = opened();
    await following();
    act(() => chat.startNew());
    stream().send(created, done(question), added(answered('a', 'All the same')));
    await act(() => chat.open('t'));
    expect(await screen.findByText('All the same')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
  });

  test('has the effects that it has not had before the reload, and not the others again', async () => {
    sessionStorage.setItem('chatkit-link:effect', 'r 3');
    const { following, stream, emitted } = opened();
    await following();
    stream().sendNumbered(done(question), 2);
    stream().sendNumbered({ type: 'client_effect', name: 'before' }, 3);
    stream().sendNumbered({ type: 'client_effect', name: 'missed' }, 4);
    stream().sendNumbered(done(answered('a', 'So')), 5);
    await screen.findByText('So');
    const effects = emitted.filter(([name]) => name === 'effect');
    expect(effects).toEqual([['effect', { name: 'missed', data: {} }]]);
    sessionStorage.clear();
  });

  test('shows its progress and its notices', async () => {
    const { following, stream } = opened();
    await following();
    const notice: ThreadEvent = { type: 'notice', level: 'warning', message: 'Half of the budget is spent.' };
    stream().send(done(question), notice, { type: 'progress_update', text: 'Looking it up' });
    expect(await screen.findByText('Looking it up')).toBeTruthy();
    expect(screen.getByText('Half of the budget is spent.')).toBeTruthy();
  });

  test('does not show the old answer beside the new one', async () => {
    const { server, following, stream } = opened([question, answered('old', 'The old answer')], {
      retried: 'u',
    });
    await following();
    stream().send(added(answered('a', 'The new ')));
    expect(await screen.findByText('The new')).toBeTruthy();
    expect(screen.queryByText('The old answer')).toBeNull();
    server.items = [question, answered('a', 'The new one')];
    stream().send(done(answered('a', 'The new one')));
    stream().end();
    expect(await screen.findByText('The new one')).toBeTruthy();
    expect(screen.getAllByRole('article')).toHaveLength(2);
  });

  test('has the old answer back when the new one came to nothing', async () => {
    const { following, stream } = opened([question, answered('old', 'The old answer')], { retried: 'u' });
    await following();
    stream().send({ type: 'error', message: 'The model is busy.', allow_retry: true });
    stream().end();
    expect(await screen.findByText('The old answer')).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toContain('The model is busy.');
  });

  test('an answer that ended in between is read', async () => {
    let reads = 0;
    renderChat(
      {
        'threads.get_by_id': () =>
          Response.json(page(question, ...(reads++ ? [answered('a', 'Here it is')] : []))),
        'GET threads/t/run': idle,
      },
      { initialThread: 't' },
    );
    expect(await screen.findByText('Here it is')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('a question that nothing answers can be asked again at once', async () => {
    renderChat(
      { 'threads.get_by_id': () => Response.json(page(question)), 'GET threads/t/run': idle },
      { initialThread: 't' },
    );
    expect((await screen.findByRole('alert')).textContent).toContain('left without an answer');
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  });
});

test('a message refused because of a running answer stays with its author, and that answer is shown', async () => {
  const stream = openStream();
  let run = idle;
  const { user } = renderChat(
    {
      'threads.get_by_id': () =>
        Response.json(page(answered('b', 'Before'), ...(run === idle ? [] : [question]))),
      'threads.add_user_message': () => {
        run = running;
        return Response.json({ detail: 'An answer is still being written.' }, { status: 409 });
      },
      'GET threads/t/run': () => run(),
      'GET runs/r/events': () => stream.response,
    },
    { initialThread: 't' },
  );
  await screen.findByText('Before');
  await user.type(composer(), 'mine{Enter}');
  stream.send(done(question), added(answered('a', 'For both')));
  expect(await screen.findByText('For both')).toBeTruthy();
  expect(composer().value).toBe('mine');
  expect(screen.getByRole('alert').textContent).toContain('still being written');
  expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
  stream.end();
  expect(await screen.findByRole('button', { name: 'Send message' })).toBeTruthy();
  expect(screen.queryByRole('alert')).toBeNull();
  expect(composer().value).toBe('mine');
});

test('a lost connection is displayed while it lasts', async () => {
  const stream = openStream();
  let onConnection: ResumableFetchInit['onConnection'];
  const around = renderChat({ 'threads.create': () => stream.response });
  const { fetch } = around.host;
  around.host.fetch = (input, init?: ResumableFetchInit) => {
    onConnection = init?.onConnection;
    return fetch(input, init);
  };
  act(() =>
    around.chat.setOptions(sendableOptions({ api: { url: '/chatkit/other', domainKey: 'local' } }, BASE)),
  );
  await around.user.type(composer(), 'hello{Enter}');
  stream.send(created, done(question));
  await screen.findByRole('article', { name: 'You said' });
  act(() => onConnection?.('lost'));
  expect(screen.getByText('Connection lost. Reconnecting…')).toBeTruthy();
  expect(screen.queryByText('Working on an answer')).toBeNull();
  expect(screen.queryByRole('alert')).toBeNull();
  act(() => onConnection?.('back'));
  expect(screen.queryByText('Connection lost. Reconnecting…')).toBeNull();
  expect(screen.getByText('Working on an answer')).toBeTruthy();
});

test('after a retry that failed, the old answer is back', async () => {
  const { user } = renderChat(
    {
      'threads.get_by_id': () => Response.json(page(question, answered('a', 'The old answer'))),
      'GET threads/t/run': idle,
      'threads.retry_after_item': () =>
        streamOf({ type: 'error', message: 'The model is busy.', allow_retry: true }),
    },
    { initialThread: 't' },
  );
  await user.click(await screen.findByRole('button', { name: 'Retry' }));
  expect((await screen.findByRole('alert')).textContent).toContain('The model is busy.');
  expect(await screen.findByText('The old answer')).toBeTruthy();
  expect(screen.getByRole('alert').textContent).toContain('The model is busy.');
});

test('an earlier question is asked anew with all that went with it, and nothing is lost', async () => {
  const attachment = { id: 'atc_1', name: 'report.pdf', type: 'file', mime_type: 'application/pdf' };
  const stopped = {
    ...userSaid('first', 'Read this'),
    attachments: [attachment],
    quoted_text: 'a quote',
    inference_options: { model: 'small' },
  };
  const { user, asked } = renderChat(
    {
      'threads.get_by_id': () =>
        Response.json(page(stopped, userSaid('second', 'And then?'), answered('b', 'The second answer'))),
      'GET threads/t/run': () =>
        Response.json({
          run: null,
          last: null,
          endings: [{ item_id: 'first', after: 'first', status: 'cancelled' }],
        }),
      'threads.add_user_message': () =>
        streamOf(done({ ...stopped, id: 'third' }), done(answered('c', 'The third answer'))),
    },
    { initialThread: 't', threadItemActions: { retry: true } },
  );
  await screen.findByText('Stopped');
  await user.click(screen.getAllByRole('button', { name: 'Retry' })[0] as HTMLElement);
  expect(await screen.findByText('The third answer')).toBeTruthy();
  expect(screen.getByText('The second answer')).toBeTruthy();
  expect(screen.getByText('Stopped')).toBeTruthy();
  expect(asked.at(-1)).toMatchObject({
    params: {
      input: {
        content: stopped.content,
        attachments: ['atc_1'],
        quoted_text: 'a quote',
        inference_options: { model: 'small' },
      },
    },
  });
});
