import { act, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { composer, created, done, page, renderChat } from '../testing/render-chat';
import { answered, openStream, userSaid } from '../testing/scripted-server';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: new Date('2026-11-22T10:00:05Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const newest = (...items: unknown[]) => Response.json({ data: items.reverse(), has_more: false });
const question = userSaid('u', 'hello');
const asks = (asked: { type: string }[]) => asked.filter(({ type }) => type === 'items.list').length;

test('a page loaded in the middle of an answer shows the answer when it is there', async () => {
  let items: unknown[] = [question];
  const { asked } = renderChat(
    {
      'threads.get_by_id': () => Response.json(page(...items)),
      'items.list': () => newest(...items),
    },
    { initialThread: 't' },
  );
  await wait(0);
  expect(screen.getByText('Waiting for the rest of this answer…')).toBeTruthy();
  items = [question, answered('a', 'Here it is')];
  await wait(2_000);
  expect(screen.getByText('Here it is')).toBeTruthy();
  expect(screen.queryByText('Waiting for the rest of this answer…')).toBeNull();
  await wait(10_000);
  expect(asks(asked)).toBe(1);
});

test('after a minute it stops asking and reports it', async () => {
  const { asked } = renderChat(
    { 'threads.get_by_id': () => Response.json(page(question)), 'items.list': () => newest(question) },
    { initialThread: 't' },
  );
  await wait(70_000);
  expect(asks(asked)).toBe(30);
  expect(screen.getByRole('alert').textContent).toContain('not complete yet');
  expect(screen.getByRole('button', { name: 'Refresh' })).toBeTruthy();
});

test('it stops asking when the user turns to another chat', async () => {
  const { asked } = renderChat(
    { 'threads.get_by_id': () => Response.json(page(question)), 'items.list': () => newest(question) },
    { initialThread: 't' },
  );
  await wait(2_000);
  fireEvent.click(screen.getByRole('button', { name: 'New chat' }));
  await wait(10_000);
  expect(asks(asked)).toBe(1);
});

test('a broken line keeps the words that came, and the rest follows by itself', async () => {
  const stream = openStream();
  let items: unknown[] = [question];
  renderChat({
    'threads.create': () => stream.response,
    'threads.get_by_id': () => Response.json(page(...items)),
    'items.list': () => newest(...items),
  });
  fireEvent.change(composer(), { target: { value: 'hello' } });
  fireEvent.keyDown(composer(), { key: 'Enter' });
  await wait(0);
  stream.send(created, done(question), {
    type: 'thread.item.added',
    item: answered('a', 'Half of') as never,
  });
  await wait(50);
  stream.breakOff();
  await wait(50);
  expect(screen.getByRole('alert').textContent).toContain('The connection was lost');
  await wait(2_000);
  expect(screen.getByText('Half of')).toBeTruthy();
  items = [question, answered('a', 'Half of it and all of it')];
  await wait(2_000);
  expect(screen.getByText('Half of it and all of it')).toBeTruthy();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('an answer another tab is waiting for comes here too, and the message stays with its writer', async () => {
  let items: unknown[] = [];
  renderChat(
    {
      'threads.get_by_id': () => Response.json(page(...items)),
      'threads.add_user_message': () =>
        Response.json({ detail: 'An answer is still being written.' }, { status: 409 }),
      'items.list': () => newest(...items),
    },
    { initialThread: 't' },
  );
  await wait(0);
  items = [question];
  fireEvent.change(composer(), { target: { value: 'mine' } });
  fireEvent.keyDown(composer(), { key: 'Enter' });
  await wait(50);
  expect(screen.getByRole('alert').textContent).toContain('still being written');
  expect(composer().value).toBe('mine');
  items = [question, answered('a', 'For both of us')];
  await wait(2_000);
  expect(screen.getByText('For both of us')).toBeTruthy();
  expect(screen.queryByRole('alert')).toBeNull();
});
