import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ThreadItem } from '../../protocol/types';
import { page, renderChat } from '../testing/render-chat';
import { answered, userSaid } from '../testing/scripted-server';

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
      ],
    },
  }) as unknown as ThreadItem;

const HEADER = { headers: { 'X-Refresh': 'tick=60' } };

/** A thread with a widget that counts how often it was refreshed. */
async function open({ answer, ...more }: { answer?: () => Response; status?: object; action?: object } = {}) {
  let count = 1;
  const thread = {
    ...page(userSaid('u', 'hello'), ticker(1, more.action), answered('a', 'There.')),
    ...(more.status && { status: more.status }),
  };
  const around = renderChat(
    {
      'GET threads/t/run': () => Response.json({ run: null }),
      'threads.get_by_id': () => Response.json(thread, HEADER),
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
