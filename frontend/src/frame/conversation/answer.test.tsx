import { screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { composer, created, done, page, renderChat } from '../testing/render-chat';
import { answered, streamOf, userSaid } from '../testing/scripted-server';

describe('an answer', () => {
  const answers = {
    'threads.get_by_id': () => Response.json(page(userSaid('u', 'hello'), answered('a', 'Old answer'))),
    'items.feedback': () => Response.json({}),
    'threads.retry_after_item': () => streamOf(done(answered('b', 'New answer'))),
  };

  test('takes a thumb up and shows it', async () => {
    const { user, asked } = renderChat(answers, { initialThread: 't' });
    const thumb = await screen.findByRole('button', { name: 'Good response' });
    await user.click(thumb);
    expect(asked.at(-1)).toMatchObject({
      type: 'items.feedback',
      params: { thread_id: 't', item_ids: ['a'], kind: 'positive' },
    });
    expect(thumb.getAttribute('aria-pressed')).toBe('true');
  });

  test('is replaced by a retry', async () => {
    const { user } = renderChat(answers, { initialThread: 't' });
    await user.click(await screen.findByRole('button', { name: 'Retry' }));
    expect(await screen.findByText('New answer')).toBeTruthy();
    expect(screen.queryByText('Old answer')).toBeNull();
  });

  test('stays when the retry is refused', async () => {
    const { user } = renderChat(
      {
        ...answers,
        'threads.retry_after_item': () => Response.json({ detail: 'Not now.' }, { status: 429 }),
      },
      { initialThread: 't' },
    );
    await user.click(await screen.findByRole('button', { name: 'Retry' }));
    expect((await screen.findByRole('alert')).textContent).toContain('Not now.');
    expect(screen.getByText('Old answer')).toBeTruthy();
  });

  test('that needs this page gets the page’s result', async () => {
    const call = { ...userSaid('c', ''), type: 'client_tool_call', status: 'pending', call_id: '1' };
    const { user, asked, invoked } = renderChat({
      'threads.create': () =>
        streamOf(created, done(userSaid('u', 'hi')), done({ ...call, name: 'where', arguments: { a: 1 } })),
      'threads.add_client_tool_output': () => streamOf(done(answered('a', 'Thanks'))),
    });
    await user.type(composer(), 'hi{Enter}');
    expect(await screen.findByText('Thanks')).toBeTruthy();
    expect(invoked).toEqual([['onClientTool', [{ name: 'where', params: { a: 1 } }]]]);
    expect(asked[1]).toMatchObject({ params: { result: { invoked: 'onClientTool' } } });
  });

  test('that asks back takes choices, own words, and no answer at all', async () => {
    const questions = {
      ...userSaid('s', ''),
      type: 'structured_input',
      status: 'pending',
      inputs: [
        {
          id: 'q',
          type: 'multiple_choice',
          question: 'How deep?',
          options: [{ value: 'Quick' }, { value: 'Deep' }],
        },
        { id: 'r', type: 'freeform', question: 'Anything else?' },
      ],
    };
    const { user, asked } = renderChat(
      {
        'threads.get_by_id': () => Response.json(page(userSaid('u', 'hello'), questions)),
        'threads.add_structured_input': () => streamOf(done({ ...questions, status: 'answered' })),
      },
      { initialThread: 't' },
    );
    await user.click(await screen.findByRole('button', { name: 'Continue' }));
    expect(screen.getByRole('alert').textContent).toBe('Answer at least one question, or skip.');
    await user.click(screen.getByRole('radio', { name: 'Deep' }));
    await user.click(screen.getByRole('button', { name: 'Continue' }));
    await waitFor(() =>
      expect(asked.at(-1)?.params).toMatchObject({
        item_id: 's',
        input: {
          status: 'answered',
          answers: { q: { values: ['Deep'], skipped: false }, r: { values: [], skipped: true } },
        },
      }),
    );
  });

  test('of an earlier page comes in when asked for, above the rest', async () => {
    const { user } = renderChat(
      {
        'threads.get_by_id': () =>
          Response.json({ ...page(), items: { data: [answered('b', 'Newer')], has_more: true, after: 'b' } }),
        'items.list': () =>
          Response.json({ data: [answered('a', 'Older'), userSaid('u', 'Oldest')], has_more: false }),
      },
      { initialThread: 't' },
    );
    await user.click(await screen.findByRole('button', { name: 'Show earlier messages' }));
    await screen.findByText('Oldest');
    expect(screen.getAllByRole('article').map((article) => article.textContent)).toEqual([
      'Oldest',
      'Older',
      'Newer',
    ]);
    expect(screen.queryByRole('button', { name: 'Show earlier messages' })).toBeNull();
  });
});
