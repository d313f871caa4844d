/** For tests: the whole frame over a scripted server, and the few words its tests are written in. */
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ThreadEvent, ThreadItem } from '../../protocol/types';
import { Frame } from '../Frame';
import { chatOn, scriptedServer, threadCalled } from './scripted-server';
import type { ThreadServer } from './thread-server';

export const done = (item: unknown): ThreadEvent => ({ type: 'thread.item.done', item: item as ThreadItem });
export const created: ThreadEvent = { type: 'thread.created', thread: threadCalled('t') };
export const composer = () => screen.getByRole('textbox', { name: 'Message' }) as HTMLTextAreaElement;
export const page = (...items: unknown[]) => ({
  ...threadCalled('t', 'Row locks'),
  items: { data: items, has_more: false },
});

const options = { threadItemActions: { feedback: true, retry: true } };

export function renderChat(
  answers: Parameters<typeof scriptedServer>[0],
  more: Parameters<typeof chatOn>[1] = {},
  restored?: Parameters<typeof chatOn>[2],
) {
  const server = scriptedServer(answers);
  const around = chatOn(server, { ...options, ...more }, restored);
  render(<Frame chat={around.chat} />);
  return { ...server, ...around, user: userEvent.setup() };
}

/** The frame over a thread that keeps versions, lets messages wait and shares; opened on it, or `isNew`. */
export function renderThread(server: ThreadServer, { isNew = false } = {}) {
  const around = chatOn(server, { ...options, ...(isNew ? {} : { initialThread: 't' }) });
  render(<Frame chat={around.chat} />);
  return { ...around, user: userEvent.setup() };
}
