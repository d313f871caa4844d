// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fetchAsVisitor } from './visitor';

const PAGE = 'https://shop.example';
const CHATKIT = new URL('chatkit', location.href).href;
const DAY = 24 * 3600_000;

/** A server whose tokens are "t1", "t2" and so on; it takes those that are in `good`. */
function visitorServer(give: () => string | null) {
  const asked: unknown[] = [];
  const used: (string | null)[] = [];
  const good = new Set<string | null>();
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    expect(url.pathname).toBe('/visitor');
    asked.push(JSON.parse(String(init.body)));
    const token = give();
    good.add(token);
    return Response.json({ token });
  });
  const send: typeof fetch = async (_, init) => {
    const token = new Headers(init?.headers).get('X-ChatKit-Visitor');
    used.push(token);
    return new Response(null, { status: good.has(token) ? 200 : 401 });
  };
  return { asked, used, good, send };
}

const numbered = () => {
  let made = 0;
  return () => `t${++made}`;
};

const visiting = (send: typeof fetch, page: string) => fetchAsVisitor(send, page, location.href);

beforeEach(() => localStorage.clear());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a token is asked for once, also by requests side by side, and kept for the page', async () => {
  const { asked, used, send } = visitorServer(numbered());
  const first = visiting(send, PAGE);
  await Promise.all([first(CHATKIT), first(CHATKIT)]);
  await visiting(send, PAGE)(CHATKIT);
  expect(asked).toEqual([{ former: '', page: PAGE }]);
  expect(used).toEqual(['t1', 't1', 't1']);
});

test('each page has a visitor of its own, and a page that cannot be distinguished keeps none', async () => {
  const { used, send } = visitorServer(numbered());
  for (const page of [PAGE, 'https://other.example', 'null', 'null', PAGE])
    await visiting(send, page)(CHATKIT);
  expect(used).toEqual(['t1', 't2', 't3', 't4', 't1']);
});

test('tabs that are opened at the same time end up with one visitor', async () => {
  const { used, send } = visitorServer(numbered());
  const tabs = [1, 2, 3].map(() => visiting(send, PAGE));
  await Promise.all(tabs.map((tab) => tab(CHATKIT)));
  await visiting(send, PAGE)(CHATKIT);
  expect(new Set(used)).toEqual(new Set(['t1']));
});

test('a token that is refused is exchanged once, and the request made again', async () => {
  const { asked, used, good, send } = visitorServer(numbered());
  const visitor = visiting(send, PAGE);
  await visitor(CHATKIT);
  good.clear();
  expect((await visitor(CHATKIT)).status).toBe(200);
  expect(asked.at(-1)).toEqual({ former: 't1', page: PAGE });
  expect(used).toEqual(['t1', 't1', 't2']);
});

test('a visitor whom the server does not know any more is that one again as soon as it does', async () => {
  const asked: string[] = [];
  let known: string[] = [];
  let made = 0;
  vi.stubGlobal('fetch', async (_: URL, init: RequestInit) => {
    const { former } = JSON.parse(String(init.body));
    asked.push(former);
    const user = known.find((each) => former.startsWith(`${each}.`)) ?? `user${++made}`;
    known = [...known, user];
    return Response.json({ token: `${user}.${asked.length}` });
  });
  const used: (string | undefined)[] = [];
  const send: typeof fetch = async (_, init) => {
    const user = new Headers(init?.headers).get('X-ChatKit-Visitor')?.split('.')[0];
    used.push(user);
    return new Response(null, { status: user && known.includes(user) ? 200 : 401 });
  };
  await visiting(send, PAGE)(CHATKIT);
  known = [];
  expect((await visiting(send, PAGE)(CHATKIT)).status).toBe(200);
  // Another secret for a while: each visit asks after the first visitor, and is the second one.
  const beside = [...known];
  await visiting(send, PAGE)(CHATKIT);
  known = [...beside];
  expect(asked.at(-1)).toBe('user1.1');
  known.push('user1');
  await visiting(send, PAGE)(CHATKIT);
  await visiting(send, PAGE)(CHATKIT);
  expect(used).toEqual(['user1', 'user1', 'user2', 'user2', 'user1', 'user1']);
  expect(asked).toHaveLength(4);
});

test('a token is renewed after a month, while the old one is still used', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { asked, send } = visitorServer(numbered());
  await visiting(send, PAGE)(CHATKIT);
  vi.setSystemTime(Date.now() + 31 * DAY);
  await visiting(send, PAGE)(CHATKIT);
  await vi.waitFor(() => expect(localStorage.getItem(String(localStorage.key(0)))).toContain('t2'));
  expect(asked).toHaveLength(2);
});

test('where every user signs in, requests stay as they are', async () => {
  const { asked, used, send } = visitorServer(() => null);
  const visitor = visiting(send, PAGE);
  expect((await visitor(CHATKIT, { headers: { Authorization: 'Bearer t' } })).status).toBe(200);
  expect((await visitor(CHATKIT)).status).toBe(200);
  expect([asked.length, used]).toEqual([1, [null, null]]);
});

test('a request that has a token already keeps it', async () => {
  const { asked, used, send } = visitorServer(numbered());
  await visiting(send, PAGE)(CHATKIT, { headers: { 'X-ChatKit-Visitor': 'frame' } });
  expect([asked, used]).toEqual([[], ['frame']]);
});

test('no other server is given the token', async () => {
  const { asked, used, send } = visitorServer(numbered());
  await visiting(send, PAGE)('https://files.example/upload');
  expect([asked, used]).toEqual([[], [null]]);
});

test('a browser that keeps nothing has a visitor for as long as the page is open', async () => {
  const { asked, used, send } = visitorServer(numbered());
  vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  const visitor = visiting(send, PAGE);
  await visitor(CHATKIT);
  await visitor(CHATKIT);
  expect([asked.length, used]).toEqual([1, ['t1', 't1']]);
});

test('a server that is away is a failed request, and asked again by the next one', async () => {
  const { send, used } = visitorServer(numbered());
  const working = fetch;
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch');
  });
  const visitor = visiting(send, PAGE);
  await expect(visitor(CHATKIT)).rejects.toThrow('Failed to fetch');
  vi.stubGlobal('fetch', working);
  expect((await visitor(CHATKIT)).status).toBe(200);
  expect(used).toEqual(['t1']);
});
