import { afterEach, expect, test, vi } from 'vitest';
import type { ClientToolCallItem } from '../../protocol/types';
import { inTurn } from './tool-calls';

const call = { id: 'c' } as ClientToolCallItem;
afterEach(() => vi.unstubAllGlobals());

/** Locks as the browser keeps them for all pages of an origin; Node has none. */
function locks() {
  let held: Promise<unknown> | null = null;
  return {
    query: async () => ({}),
    async request(_: string, ...rest: unknown[]) {
      const work = rest.at(-1) as (lock: object | null) => Promise<unknown>;
      const { ifAvailable = false } = rest.length > 1 ? (rest[0] as { ifAvailable?: boolean }) : {};
      if (held && ifAvailable) return work(null);
      if (held) await held;
      const mine = work({});
      held = mine.finally(() => {
        held = null;
      });
      return mine;
    },
  };
}

test('pages take turns, and one that waited knows it', async () => {
  vi.stubGlobal('navigator', { locks: locks() });
  const order: string[] = [];
  let finish = () => {};
  const first = inTurn(call, (waited) => {
    order.push(`first ${waited}`);
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  const second = inTurn(call, async (waited) => void order.push(`second ${waited}`));
  await vi.waitFor(() => expect(order).toEqual(['first false']));
  finish();
  await Promise.all([first, second]);
  expect(order).toEqual(['first false', 'second true']);
});

test('a browser without locks does the work at once', async () => {
  vi.stubGlobal('navigator', {});
  expect(await inTurn(call, async (waited) => waited)).toBe(false);
});

test('a frame whose storage the browser blocks does the work at once', async () => {
  const denied = () => Promise.reject(new DOMException('The request was denied.', 'SecurityError'));
  vi.stubGlobal('navigator', { locks: { query: denied, request: denied } });
  expect(await inTurn(call, async (waited) => waited)).toBe(false);
});
