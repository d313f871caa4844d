import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { ThreadItem } from '../protocol/types';
import { composer, created, done, page, renderChat } from './testing/render-chat';
import { answered, openStream, streamOf, threadCalled, userSaid } from './testing/scripted-server';

describe('asking', () => {
  const answers = () =>
    streamOf(created, done(userSaid('u', 'hello')), done(answered('a', 'A **bold** answer')));

  test('Enter sends, the question stands above its answer, and the composer is empty again', async () => {
    const { user, asked, emitted } = renderChat({ 'threads.create': answers });
    await user.type(composer(), 'hello{Enter}');
    expect(await screen.findByText('bold')).toBeTruthy();
    expect(screen.getByRole('article', { name: 'You said' }).textContent).toBe('hello');
    expect(composer().value).toBe('');
    expect(asked).toMatchObject([
      { type: 'threads.create', params: { input: { content: [{ text: 'hello' }], attachments: [] } } },
    ]);
    expect(emitted.map(([name]) => name)).toEqual(['response.start', 'thread.change', 'response.end']);
  });

  test('Shift+Enter breaks the line instead', async () => {
    const { user, asked } = renderChat({});
    await user.type(composer(), 'one{Shift>}{Enter}{/Shift}two');
    expect(composer().value).toBe('one\ntwo');
    expect(asked).toEqual([]);
  });

  test('Enter that ends a composition does not send', async () => {
    const { user, asked } = renderChat({});
    await user.type(composer(), 'にほん');
    fireEvent.keyDown(composer(), { key: 'Enter', isComposing: true });
    expect(asked).toEqual([]);
  });

  test('an empty message cannot be sent', async () => {
    const { user, asked } = renderChat({});
    await user.type(composer(), '   {Enter}');
    expect(screen.getByRole('button', { name: 'Send message' }).getAttribute('aria-disabled')).toBe('true');
    expect(asked).toEqual([]);
  });

  test('a prompt of the start screen is asked with one click', async () => {
    const { user, asked } = renderChat(
      { 'threads.create': answers },
      { startScreen: { greeting: 'Hi', prompts: [{ label: 'Locks', prompt: 'How do locks work?' }] } },
    );
    expect(screen.getByRole('heading', { name: 'Hi' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Locks' }));
    expect(asked).toMatchObject([{ params: { input: { content: [{ text: 'How do locks work?' }] } } }]);
  });

  test('a second question goes to the same thread', async () => {
    const { user, asked } = renderChat({
      'threads.create': answers,
      'threads.add_user_message': () => streamOf(done(userSaid('u2', 'and then?'))),
    });
    await user.type(composer(), 'hello{Enter}');
    await screen.findByText('bold');
    await user.type(composer(), 'and then?{Enter}');
    await waitFor(() => expect(asked[1]).toMatchObject({ params: { thread_id: 't' } }));
  });
});

describe('what comes at a bad time', () => {
  test('a message sent while a thread is being opened goes to that thread', async () => {
    let load = (_: Response) => {};
    const { chat, asked } = renderChat(
      {
        'threads.get_by_id': () =>
          new Promise<Response>((resolve) => {
            load = resolve;
          }),
        'threads.add_user_message': () => streamOf(done(userSaid('u', 'hello'))),
      },
      { initialThread: 't' },
    );
    const sent = chat.methods.sendUserMessage({ text: 'hello' });
    load(Response.json(page(answered('a', 'Before'))));
    await sent;
    expect(asked[1]).toMatchObject({ type: 'threads.add_user_message', params: { thread_id: 't' } });
  });

  test('while a tool of the page works, no other message gets in between', async () => {
    const call = {
      id: 'c',
      thread_id: 't',
      created_at: '',
      type: 'client_tool_call',
      status: 'pending',
      call_id: 'c',
      name: 'where',
      arguments: {},
    };
    let finish = (_: unknown) => {};
    const { user, asked, host } = renderChat({
      'threads.create': () => streamOf(created, done(userSaid('u', 'hello')), done(call)),
      'threads.add_client_tool_output': () => streamOf(done(answered('a', 'In Ghent'))),
    });
    host.invoke = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    await user.type(composer(), 'hello{Enter}');
    await screen.findByText('Waiting for this page…');
    await user.type(composer(), 'me too{Enter}');
    expect(composer().value).toBe('me too');
    finish({ city: 'Ghent' });
    expect(await screen.findByText('In Ghent')).toBeTruthy();
    expect(asked.map(({ type }) => type)).toEqual(['threads.create', 'threads.add_client_tool_output']);
  });
});

describe('while an answer comes in', () => {
  async function streaming() {
    let stream = openStream();
    const around = renderChat({
      'threads.create': (_, signal) => {
        stream = openStream(signal);
        return stream.response;
      },
      'threads.list': () => Response.json({ data: [threadCalled('t', 'One')], has_more: false }),
      'threads.get_by_id': () => Response.json(page()),
    });
    await around.user.type(composer(), 'hello{Enter}');
    await waitFor(() => expect(around.asked).toHaveLength(1));
    stream.send(created, done(userSaid('u', 'hello')), {
      type: 'thread.item.added',
      item: answered('a', 'Half of') as unknown as ThreadItem,
    });
    await screen.findByText('Half of');
    return { ...around, stream };
  }

  test('Escape stops it and what is there stays', async () => {
    const { user } = await streaming();
    expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
    await user.keyboard('{Escape}');
    expect(await screen.findByRole('button', { name: 'Send message' })).toBeTruthy();
    expect(screen.getByText('Half of')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('a message stopped before the server took it waits for that, and is then in the thread', async () => {
    let stream = openStream();
    const { user, asked } = renderChat({
      'threads.create': (_, signal) => {
        stream = openStream(signal);
        return stream.response;
      },
    });
    await user.type(composer(), 'hello{Enter}');
    await waitFor(() => expect(asked).toHaveLength(1));
    await user.keyboard('{Escape}');
    expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
    stream.send(created, done(userSaid('u', 'hello')));
    expect(await screen.findByRole('button', { name: 'Send message' })).toBeTruthy();
    expect(screen.getByRole('article', { name: 'You said' }).textContent).toBe('hello');
    expect(composer().value).toBe('');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('who stops twice gets the message back at once', async () => {
    const { user } = renderChat({ 'threads.create': (_, signal) => openStream(signal).response });
    await user.type(composer(), 'hello{Enter}');
    await user.keyboard('{Escape}{Escape}');
    await waitFor(() => expect(composer().value).toBe('hello'));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('an answer that may not be stopped has no working Stop', async () => {
    const { stream, user } = await streaming();
    stream.send({ type: 'stream_options', stream_options: { allow_cancel: false } });
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Stop' }).getAttribute('aria-disabled')).toBe('true'),
    );
    await user.keyboard('{Escape}');
    expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
  });

  test('it goes on while the user looks at something else', async () => {
    const { user, stream } = await streaming();
    await user.click(screen.getByRole('button', { name: 'New chat' }));
    expect(screen.queryByText('Half of')).toBeNull();
    stream.send({
      type: 'thread.item.updated',
      item_id: 'a',
      update: {
        type: 'assistant_message.content_part.text_delta',
        content_index: 0,
        delta: ' a long answer',
      },
    });
    await user.click(screen.getByRole('button', { name: 'History' }));
    await user.click(await screen.findByRole('button', { name: 'One' }));
    expect(await screen.findByText('Half of a long answer')).toBeTruthy();
  });
});
