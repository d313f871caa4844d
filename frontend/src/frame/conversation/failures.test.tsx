import { screen } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { composer, created, done, page, renderChat } from '../testing/render-chat';
import { answered, openStream, streamOf, userSaid } from '../testing/scripted-server';

describe('when something goes wrong', () => {
  test('a refused message is back in the composer, with the reason', async () => {
    const { user } = renderChat({
      'threads.create': () => Response.json({ detail: 'Shorten your message.' }, { status: 413 }),
    });
    await user.type(composer(), 'a very long message{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain('Shorten your message.');
    expect(composer().value).toBe('a very long message');
    expect(screen.queryByRole('article', { name: 'You said' })).toBeNull();
  });

  test('what was typed meanwhile is not overwritten by a refused message', async () => {
    let refuse = (_: Response) => {};
    const { user } = renderChat({
      'threads.create': () =>
        new Promise<Response>((resolve) => {
          refuse = resolve;
        }),
    });
    await user.type(composer(), 'first{Enter}');
    await user.type(composer(), 'second');
    refuse(Response.json({ detail: 'No.' }, { status: 429 }));
    await screen.findByRole('alert');
    expect(composer().value).toBe('second');
  });

  test('an error in the answer offers to try again when the server allows it', async () => {
    const { user, asked } = renderChat({
      'threads.create': () =>
        streamOf(created, done(userSaid('u', 'hello')), {
          type: 'error',
          message: 'The model is busy.',
          allow_retry: true,
        }),
      'threads.retry_after_item': () => streamOf(done(answered('a', 'Now it works'))),
    });
    await user.type(composer(), 'hello{Enter}');
    await user.click(await screen.findByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Now it works')).toBeTruthy();
    expect(asked[1]).toMatchObject({ params: { thread_id: 't', item_id: 'u' } });
    expect(screen.queryByText('The model is busy.')).toBeNull();
  });

  test('an error of which the server sends no more than its code is displayed in the language of the user', async () => {
    const error = { type: 'error', code: 'stream.error', allow_retry: true } as const;
    const { user, emitted } = renderChat(
      { 'threads.create': () => streamOf(created, done(userSaid('u', 'hallo')), error) },
      { locale: 'de' },
    );
    await user.type(await screen.findByRole('textbox', { name: 'Nachricht' }), 'hallo{Enter}');
    expect((await screen.findByRole('alert')).textContent).toContain(
      'Die Antwort ist fehlgeschlagen, bevor sie vollständig war.',
    );
    expect(screen.getByRole('button', { name: 'Erneut versuchen' })).toBeTruthy();
    expect(emitted).toContainEqual(['error', 'stream.error']);
  });

  test('a connection lost in mid-answer can be picked up again', async () => {
    const stream = openStream();
    const { user } = renderChat({
      'threads.create': () => stream.response,
      'threads.get_by_id': () =>
        Response.json(page(userSaid('u', 'hello'), answered('a', 'The whole answer'))),
    });
    await user.type(composer(), 'hello{Enter}');
    stream.send(created, done(userSaid('u', 'hello')));
    await screen.findByRole('article', { name: 'You said' });
    stream.breakOff();
    await user.click(await screen.findByRole('button', { name: 'Refresh' }));
    expect(await screen.findByText('The whole answer')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('a locked thread shows why instead of a composer', async () => {
    renderChat(
      {
        'threads.get_by_id': () =>
          Response.json({ ...page(), status: { type: 'locked', reason: 'Locked by a moderator.' } }),
      },
      { initialThread: 't' },
    );
    expect(await screen.findByText('Locked by a moderator.')).toBeTruthy();
    expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull();
  });

  test('a question that was left without an answer long ago can be asked again', async () => {
    const old = { ...userSaid('u', 'hello'), created_at: '2020-01-01T00:00:00Z' };
    const { user } = renderChat(
      {
        'threads.get_by_id': () => Response.json(page(old)),
        'threads.retry_after_item': () => streamOf(done(answered('a', 'Here it is'))),
      },
      { initialThread: 't' },
    );
    expect((await screen.findByRole('alert')).textContent).toContain('left without an answer');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Here it is')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('an event that makes no sense does not cost the rest of the answer', async () => {
    const { user, emitted } = renderChat({
      'threads.create': () =>
        streamOf(created, done(userSaid('u', 'hello')), done(undefined), done(answered('a', 'All the same'))),
    });
    await user.type(composer(), 'hello{Enter}');
    expect(await screen.findByText('All the same')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(emitted.filter(([name]) => name === 'error')).toHaveLength(1);
  });

  test('a thread that is locked offers nothing that it would refuse', async () => {
    const widget = {
      type: 'Card',
      children: [{ type: 'Button', label: 'Dig deeper', onClickAction: { type: 'dig' } }],
    };
    const item = { id: 'w', thread_id: 't', created_at: '', type: 'widget', widget };
    renderChat(
      {
        'threads.get_by_id': () =>
          Response.json({
            ...page(userSaid('u', 'hello'), item, answered('a', 'So')),
            status: { type: 'locked' },
          }),
      },
      { initialThread: 't' },
    );
    const dig = await screen.findByRole('button', { name: 'Dig deeper' });
    expect(dig.getAttribute('aria-disabled')).toBe('true');
    expect(screen.getByRole('button', { name: 'Retry' }).getAttribute('aria-disabled')).toBe('true');
  });

  test('a remembered thread that is gone gives way to a new one without a word', async () => {
    const { emitted } = renderChat(
      { 'threads.get_by_id': () => Response.json({ detail: 'Gone.' }, { status: 404 }) },
      { initialThread: 't' },
    );
    expect(await screen.findByRole('heading', { name: 'What can I help with today?' })).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(emitted).toContainEqual(['thread.change', { threadId: null }]);
  });

  test('a thread that cannot be loaded right now can be asked for again', async () => {
    let up = false;
    const { user } = renderChat(
      {
        'threads.get_by_id': () =>
          up ? Response.json(page(userSaid('u', 'still here'))) : new Response('', { status: 503 }),
      },
      { initialThread: 't' },
    );
    up = true;
    await user.click(await screen.findByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('still here')).toBeTruthy();
  });
});
