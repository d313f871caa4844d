/** What the methods of the element report when they cannot do what they were asked. */
import { screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { composer, created, done, renderChat } from './testing/render-chat';
import { openStream, userSaid } from './testing/scripted-server';

type Emitted = ReturnType<typeof renderChat>['emitted'];
const errors = (emitted: Emitted) => emitted.filter(([name]) => name === 'error').map(([, detail]) => detail);

test('a message or an action during an answer is not sent, and the page gets the reason', async () => {
  const stream = openStream();
  const { chat, user, asked, emitted } = renderChat({ 'threads.create': () => stream.response });
  await chat.sendCustomAction({ type: 'refresh' });
  await user.type(composer(), 'hello{Enter}');
  stream.send(created, done(userSaid('u', 'hello')));
  await waitFor(() => expect(emitted.map(([name]) => name)).toContain('thread.change'));
  await chat.sendUserMessage({ text: 'from the page' });
  await chat.sendCustomAction({ type: 'refresh' });
  expect(errors(emitted)).toEqual([
    'sendCustomAction: "refresh" was not sent, because no thread is open.',
    'sendUserMessage: the message was not sent, because an answer is being written.',
    'sendCustomAction: "refresh" was not sent, because an answer is being written.',
  ]);
  expect(asked).toHaveLength(1);
});

test('files for a composer that takes none, and a history that is not there, are reported to the page', async () => {
  const { chat, emitted } = renderChat({}, { history: { enabled: false } });
  await chat.setComposerValue({ text: 'Look', files: [new File(['x'], 'x.txt')] });
  await chat.showHistory();
  expect(errors(emitted)).toEqual([
    'setComposerValue: the files were left out, because composer.attachments is not enabled.',
    'showHistory: there is no history to show, because history.enabled is false.',
  ]);
  expect(composer().value).toBe('Look');
  expect(screen.queryByRole('complementary')).toBeNull();
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
