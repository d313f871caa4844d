import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ThreadItem } from '../../protocol/types';
import { page, renderChat } from '../testing/render-chat';
import { answered, openStream, userSaid } from '../testing/scripted-server';

/** What the browser would say of the widget's place on the screen. */
let seen: (isIntersecting: boolean) => void;

class Observer {
  constructor(private readonly notify: (entries: { isIntersecting: boolean }[]) => void) {}
  observe(element: Element) {
    if (element.classList.contains('widget')) seen = (isIntersecting) => this.notify([{ isIntersecting }]);
  }
  unobserve() {}
  disconnect() {}
}

beforeEach(() => {
  vi.stubGlobal('IntersectionObserver', Observer);
  vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
});

const ticker = (count: number, more: object = {}): ThreadItem =>
  ({
    id: 'w',
    thread_id: 't',
    type: 'widget',
    created_at: new Date().toISOString(),
    widget: {
      type: 'Card',
      children: [
        { type: 'Text', value: `Tick ${count}` },
        { type: 'Button', label: 'Tick', onClickAction: { type: 'tick', streaming: false, ...more } },
        { type: 'Button', label: 'Other', onClickAction: { type: 'other', streaming: false } },
        { type: 'Button', label: 'Ask', onClickAction: { type: 'ask' } },
        { type: 'Input', name: 'note', defaultValue: `Note ${count}` },
      ],
    },
  }) as unknown as ThreadItem;

type Setup = {
  answer?: () => Response | Promise<Response>;
  stream?: () => Response;
  every?: number;
  status?: object;
  action?: object;
};

/** A thread with a widget that counts how often it was refreshed. */
async function open({ answer, stream, every = 60, ...more }: Setup = {}) {
  const HEADER = { headers: { 'X-Refresh': `tick=${every}` } };
  let count = 1;
  const thread = {
    ...page(userSaid('u', 'hello'), ticker(1, more.action), answered('a', 'There.')),
    ...(more.status && { status: more.status }),
  };
  const around = renderChat(
    {
      'GET threads/t/run': () => Response.json({ run: null }),
      'threads.get_by_id': () => Response.json(thread, HEADER),
      ...(stream && { 'threads.custom_action': stream }),
      'threads.sync_custom_action': ({ params }) => {
        const { type } = params.action as { type: string };
        if (type === 'tick' && answer) return answer();
        return Response.json({ updated_item: ticker(type === 'tick' ? ++count : 100, more.action) }, HEADER);
      },
    },
    { initialThread: 't' },
  );
  expect(await screen.findByText('Tick 1')).toBeTruthy();
  const refreshes = () =>
    around.asked.filter(({ params }) => (params.action as { type?: string })?.type === 'tick').length;
  return { ...around, refreshes };
}

const pass = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1_000));
const visibility = (value: string) => {
  Object.defineProperty(document, 'visibilityState', { value, configurable: true });
  act(() => void document.dispatchEvent(new Event('visibilitychange')));
};

test('a widget in view is refreshed each minute, without a run, an announcement or a locked composer', async () => {
  const { refreshes, emitted } = await open();
  act(() => seen(true));
  await pass(59);
  expect(refreshes()).toBe(0);
  await pass(2);
  expect(await screen.findByText('Tick 2')).toBeTruthy();
  await pass(60);
  expect(await screen.findByText('Tick 3')).toBeTruthy();
  expect(refreshes()).toBe(2);
  expect(emitted.map(([name]) => name)).not.toContain('response.start');
  expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
  await pass(5);
  expect(document.body.querySelector('[aria-live="polite"]')?.textContent ?? '').not.toContain('Tick');
});

test('it waits while it is out of view or the tab is hidden, and is then brought up to date at once', async () => {
  const { refreshes } = await open();
  act(() => seen(false));
  await pass(300);
  expect(refreshes()).toBe(0);
  act(() => seen(true));
  await pass(0);
  expect(await screen.findByText('Tick 2')).toBeTruthy();
  visibility('hidden');
  await pass(300);
  expect(refreshes()).toBe(1);
  visibility('visible');
  await pass(0);
  expect(await screen.findByText('Tick 3')).toBeTruthy();
});

test('what is typed in it, the focus and the field stay', async () => {
  const { refreshes, user } = await open();
  act(() => seen(true));
  const field = screen.getByDisplayValue<HTMLInputElement>('Note 1');
  await user.clear(field);
  await user.type(field, 'Half a wo');
  await pass(61);
  expect(await screen.findByText('Tick 2')).toBeTruthy();
  expect(document.activeElement).toBe(field);
  expect(field.value).toBe('Half a wo');
  expect(refreshes()).toBe(1);
});

test('it waits for an answer that comes in, and comes right after it', async () => {
  const { response, send, end } = openStream();
  const { refreshes, user } = await open({ stream: () => response });
  act(() => seen(true));
  await pass(50);
  await user.click(screen.getByRole('button', { name: 'Ask' }));
  await pass(300);
  expect(refreshes()).toBe(0);
  send({ type: 'thread.item.done', item: answered('b', 'Here.') as unknown as ThreadItem });
  end();
  expect(await screen.findByText('Here.')).toBeTruthy();
  await pass(2);
  expect(refreshes()).toBe(1);
});

test('a refresh that arrives after what a click has changed is dropped', async () => {
  let arrive = (_: Response) => {};
  const { refreshes, user } = await open({
    answer: () =>
      new Promise((resolve) => {
        arrive = resolve;
      }),
  });
  act(() => seen(true));
  await pass(61);
  expect(refreshes()).toBe(1);
  await user.click(screen.getByRole('button', { name: 'Other' }));
  expect(await screen.findByText('Tick 100')).toBeTruthy();
  await act(async () => arrive(Response.json({ updated_item: ticker(2) })));
  await pass(1);
  expect(screen.queryByText('Tick 2')).toBeNull();
  expect(screen.getByText('Tick 100')).toBeTruthy();
});

test('an interval of more weeks than a browser can wait is not one of no time at all', async () => {
  const { refreshes } = await open({ every: 90 * 24 * 3600 });
  act(() => seen(true));
  await pass(300);
  expect(refreshes()).toBe(0);
});

test('an action elsewhere brings it up to date at once, and its own counts as a refresh', async () => {
  const { refreshes, user } = await open();
  act(() => seen(true));
  await pass(50);
  await user.click(screen.getByRole('button', { name: 'Other' }));
  expect(await screen.findByText('Tick 100')).toBeTruthy();
  await pass(50);
  expect(refreshes()).toBe(0);
  await pass(15);
  expect(refreshes()).toBe(1);
});

test('a server that is away is asked less and less, and nobody is told', async () => {
  const { refreshes, emitted } = await open({
    answer: () => Response.json({ detail: 'Gone' }, { status: 503 }),
  });
  act(() => seen(true));
  await pass(60 + 120 + 240 + 5);
  expect(refreshes()).toBe(3);
  expect(screen.queryByRole('alert')).toBeNull();
  expect(emitted.filter(([name]) => name === 'error')).toEqual([]);
});

test('what the server refuses is not asked for again', async () => {
  const { refreshes } = await open({
    answer: () => Response.json({ detail: 'It is over.' }, { status: 422 }),
  });
  act(() => seen(true));
  await pass(600);
  expect(refreshes()).toBe(1);
  expect(screen.queryByRole('alert')).toBeNull();
});

test.each([
  ['a locked thread', { status: { type: 'locked' } }],
  ['a closed thread', { status: { type: 'closed' } }],
  ['an action for the page', { action: { handler: 'client' } }],
  ['an action with an answer', { action: { streaming: true } }],
])('%s refreshes nothing', async (_, more) => {
  const { refreshes } = await open(more);
  act(() => seen(true));
  await pass(300);
  expect(refreshes()).toBe(0);
});

test('it ends with the thread on the screen', async () => {
  const { refreshes, chat } = await open();
  act(() => seen(true));
  act(() => void chat.startNew());
  await waitFor(() => expect(screen.queryByText('Tick 1')).toBeNull());
  await pass(300);
  expect(refreshes()).toBe(0);
});
