/** What the methods of the element report when they cannot do what they were asked. */
import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { composer, created, done, page, renderChat } from './testing/render-chat';
import { answered, openStream, streamOf, userSaid } from './testing/scripted-server';

type Emitted = ReturnType<typeof renderChat>['emitted'];
const errors = (emitted: Emitted) => emitted.filter(([name]) => name === 'error').map(([, detail]) => detail);

const sentences = (results: PromiseSettledResult<unknown>[]) =>
  results.map((result) => (result.status === 'rejected' ? (result.reason as Error).message : null));
const names = (results: PromiseSettledResult<unknown>[]) =>
  results.map((result) => (result.status === 'rejected' ? (result.reason as Error).name : null));

test('a message or an action during an answer is refused, and the page gets the reason', async () => {
  const stream = openStream();
  const { chat, user, asked, emitted } = renderChat({ 'threads.create': () => stream.response });
  const refused = [...(await Promise.allSettled([chat.methods.sendCustomAction({ type: 'refresh' })]))];
  await user.type(composer(), 'hello{Enter}');
  stream.send(created, done(userSaid('u', 'hello')));
  await waitFor(() => expect(emitted.map(([name]) => name)).toContain('thread.change'));
  refused.push(
    ...(await Promise.allSettled([
      chat.methods.sendUserMessage({ text: 'from the page' }),
      chat.methods.sendCustomAction({ type: 'refresh' }),
    ])),
  );
  expect(sentences(refused)).toEqual([
    'sendCustomAction: "refresh" was not sent, because no thread is open.',
    'sendUserMessage: the message was not sent, because an answer is being written.',
    'sendCustomAction: "refresh" was not sent, because an answer is being written.',
  ]);
  expect(new Set(names(refused))).toEqual(new Set(['IntegrationError']));
  expect(errors(emitted)).toEqual(sentences(refused));
  expect(asked).toHaveLength(1);
});

test('of two messages at once one is sent and the other is refused, and both go to threads of their own', async () => {
  const answer = () => streamOf(created, done(userSaid('u', 'hello')), done(answered('a', 'Yes')));
  const { chat, asked } = renderChat({ 'threads.create': answer });
  const both = [chat.methods.sendUserMessage({ text: 'one' }), chat.methods.sendUserMessage({ text: 'two' })];
  expect(sentences(await Promise.allSettled(both))).toEqual([
    null,
    expect.stringContaining('an answer is being written'),
  ]);
  const texts = () => asked.map(({ params }) => JSON.stringify(params).match(/"text":"(\w+)"/)?.[1]);
  expect(texts()).toEqual(['one']);
  const threads = ['three', 'four'].map((text) => chat.methods.sendUserMessage({ text, newThread: true }));
  expect(sentences(await Promise.allSettled(threads))).toEqual([null, null]);
  expect(texts()).toEqual(['one', 'three', 'four']);
  expect(asked.map(({ type }) => type)).toEqual(Array(3).fill('threads.create'));
});

test('what is no message is refused before it is sent', async () => {
  const { chat, asked, emitted } = renderChat({});
  const refused = [
    undefined,
    {},
    { text: ' \n' },
    { text: 7 },
    { content: [] },
    { content: [{ type: 'input_text', text: '  ' }] },
    { content: [{ type: 'input_tag', text: 'No id' }] },
    { content: 'text' },
    { text: 'Look', attachments: [{ id: 'a' }] },
    { text: 'Look', attachments: 'a' },
    { text: 'Look', model: 7 },
    { text: 'Look', toolChoice: 'search' },
    { reply: 'Only a quote' },
  ].map((given) => chat.methods.sendUserMessage(given as never));
  const reasons = sentences(await Promise.allSettled(refused));
  expect(reasons.filter((reason) => /^sendUserMessage: .+\.$/.test(reason ?? ''))).toHaveLength(13);
  expect(errors(emitted)).toEqual(reasons);
  expect(asked).toEqual([]);
});

test('a tag without data is sent with none, and a message of files alone is one', async () => {
  const { chat, asked } = renderChat({
    'threads.create': () => streamOf(created, done(userSaid('u', 'x')), done(answered('a', 'Yes'))),
    'threads.add_user_message': () => streamOf(done(userSaid('u2', 'x')), done(answered('a2', 'Yes'))),
  });
  await chat.methods.sendUserMessage({ content: [{ type: 'input_tag', id: 'o7', text: 'Order 7' }] });
  await chat.methods.sendUserMessage({
    attachments: [{ type: 'file', id: 'f', name: 'a.pdf', mime_type: 'application/pdf' }],
  });
  expect(asked).toMatchObject([
    { params: { input: { content: [{ type: 'input_tag', id: 'o7', data: {} }] } } },
    { params: { input: { attachments: ['f'] } } },
  ]);
});

test('what the server refuses, or never gets, is rejected with its reason', async () => {
  const { chat, emitted, host } = renderChat({
    'threads.create': () => Response.json({ detail: 'Too many messages.' }, { status: 429 }),
    'threads.get_by_id': () => Response.json({ detail: 'There is no such thread.' }, { status: 404 }),
  });
  const refused = await Promise.allSettled([
    chat.methods.sendUserMessage({ text: 'hello' }),
    chat.methods.setThreadId('gone'),
    chat.methods.setThreadId(7 as never),
  ]);
  expect(sentences(refused)).toEqual([
    'Too many messages.',
    'There is no such thread.',
    'setThreadId: the id of a thread is a string, or null.',
  ]);
  expect(errors(emitted).toSorted()).toEqual(sentences(refused).toSorted());
  host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  const lost = await Promise.allSettled([chat.methods.sendUserMessage({ text: 'hello', newThread: true })]);
  expect(sentences(lost)).toEqual([expect.stringContaining('cannot be reached')]);
});

test('an action is refused where its widget is not one, and fails with the answer that it caused', async () => {
  const error = { type: 'error', code: 'custom', message: 'Out of stock.', allow_retry: false } as const;
  const { chat, asked } = renderChat({
    'threads.get_by_id': () => Response.json(page(answered('a', 'No widget'))),
    'threads.custom_action': () => streamOf(error),
  });
  await chat.methods.setThreadId('t');
  const refused = [
    await Promise.allSettled([chat.methods.sendCustomAction({ type: 'buy' }, 'w')]),
    await Promise.allSettled([chat.methods.sendCustomAction({ type: 'buy' }, 'a')]),
    await Promise.allSettled([chat.methods.sendCustomAction({} as never)]),
    await Promise.allSettled([chat.methods.sendCustomAction({ type: 'buy' })]),
  ].flat();
  expect(sentences(refused)).toEqual([
    'sendCustomAction: "buy" was not sent, because there is no widget "w" in this thread.',
    'sendCustomAction: "buy" was not sent, because the item "a" is not a widget.',
    'sendCustomAction: the action was not sent, because it has no type.',
    'Out of stock.',
  ]);
  expect(asked.map(({ type }) => type)).toEqual(['threads.get_by_id', 'threads.custom_action']);
});

test('of threads that are opened at once the last one stays, and the same one is loaded once', async () => {
  const { chat, asked } = renderChat({
    'threads.get_by_id': ({ params }) => Response.json({ ...page(), id: params.thread_id }),
  });
  const opened = await Promise.allSettled([
    chat.methods.setThreadId('one'),
    chat.methods.setThreadId('two'),
    chat.methods.setThreadId('two'),
  ]);
  expect(names(opened)).toEqual(['AbortError', null, null]);
  expect(chat.view.value.conversation.id).toBe('two');
  expect(asked).toHaveLength(2);
});

test('what the composer cannot take is named, and the rest is in it', async () => {
  const { chat, emitted } = renderChat({}, { history: { enabled: false } });
  const refused = await Promise.allSettled([
    chat.methods.setComposerValue({
      text: 'Look',
      files: [new File(['x'], 'x.txt')],
      selectedToolId: 'none',
    }),
    chat.methods.setComposerValue({ attachments: [{ id: 'a' }] as never, selectedModelId: 'none' }),
    chat.methods.setComposerValue({ content: [{ type: 'video' }] as never }),
    chat.methods.setComposerValue(undefined as never),
    chat.methods.showHistory(),
  ]);
  const rest = 'What else was given is in the composer.';
  expect(sentences(refused)).toEqual([
    `setComposerValue: The files were left out, because composer.attachments is not enabled. There is no tool "none" in composer.tools. ${rest}`,
    expect.stringMatching(/attachments were left out.*no model "none"/),
    `setComposerValue: "content" must be a list of parts of type "input_text" or "input_tag". ${rest}`,
    'setComposerValue: it needs an object.',
    'showHistory: there is no history to show, because history.enabled is false.',
  ]);
  expect(errors(emitted)).toEqual(sentences(refused));
  expect(composer().value).toBe('Look');
  expect(screen.queryByRole('complementary')).toBeNull();
});

test('attachments that are given replace those that are there, and none clear them', async () => {
  const { chat } = renderChat({}, { composer: { attachments: { enabled: true, maxSize: 10 } } });
  const file = (id: string) =>
    ({ type: 'file', id, name: `${id}.pdf`, mime_type: 'application/pdf' }) as const;
  await chat.methods.setComposerValue({ attachments: [file('a'), file('b')] });
  expect(await screen.findByText('a.pdf')).toBeTruthy();
  await chat.methods.setComposerValue({ attachments: [file('c')] });
  expect(await screen.findByText('c.pdf')).toBeTruthy();
  expect(screen.queryByText('a.pdf')).toBeNull();
  await chat.methods.setComposerValue({ text: 'None', attachments: [] });
  await waitFor(() => expect(screen.queryByText('c.pdf')).toBeNull());
  const large = new File(['x'.repeat(20)], 'large.txt');
  await expect(chat.methods.setComposerValue({ files: [large] })).rejects.toThrow(/large\.txt/);
});

test('a chat without a server refuses what needs one', async () => {
  const { chat } = renderChat({}, { api: undefined as never });
  const refused = await Promise.allSettled([
    chat.methods.sendUserMessage({ text: 'hello' }),
    chat.methods.setThreadId('t'),
    chat.methods.setComposerValue({ text: 'hello' }),
    chat.methods.sendCustomAction({ type: 'buy' }),
    chat.methods.fetchUpdates(),
    chat.methods.showHistory(),
    chat.methods.focusComposer(),
  ]);
  for (const reason of sentences(refused))
    expect(reason).toMatch(/: the options of this chat have no usable "api"\.$/);
});

test('updates that are asked for during an answer are fetched after it', async () => {
  const stream = openStream();
  const { chat, user, asked } = renderChat({
    'threads.create': () => stream.response,
    'threads.get_by_id': () => Response.json(page(answered('a', 'Now complete'))),
  });
  await user.type(composer(), 'hello{Enter}');
  stream.send(created, done(userSaid('u', 'hello')));
  await waitFor(() => expect(chat.view.value.conversation.id).toBe('t'));
  await chat.methods.fetchUpdates();
  expect(asked).toHaveLength(1);
  stream.send(done(answered('a', 'Half')));
  stream.end();
  expect(await screen.findByText('Now complete')).toBeTruthy();
});

test('a request that is refused is no response; one that is taken is, from its first byte to its last', async () => {
  let up = false;
  const stream = openStream();
  const { user, emitted } = renderChat({
    'threads.create': () => (up ? stream.response : Response.json({ detail: 'Later.' }, { status: 429 })),
  });
  const responses = () => emitted.map(([name]) => name).filter((name) => name.startsWith('response.'));
  await user.type(composer(), 'hello{Enter}');
  await screen.findByText('Later.');
  expect(responses()).toEqual([]);
  up = true;
  await user.type(composer(), '{Enter}');
  await waitFor(() => expect(responses()).toEqual(['response.start']));
  stream.send(created);
  stream.end();
  await waitFor(() => expect(responses()).toEqual(['response.start', 'response.end']));
});
