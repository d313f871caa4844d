import { expect, test, vi } from 'vitest';
import { ChatKitProblem } from '../../protocol/problems';
import { fetchWithSecret } from './client-secret';

const bearer = (init?: RequestInit) => new Headers(init?.headers).get('Authorization');
const failed = () => new ChatKitProblem('No secret.', 401);
const jwt = (exp: number) => `h.${btoa(JSON.stringify({ exp }))}.s`;

/** A server that takes one secret at a time. */
function serverTaking(good: () => string) {
  const seen: (string | null)[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    seen.push(bearer(init));
    return new Response(null, { status: bearer(init) === `Bearer ${good()}` ? 200 : 401 });
  };
  return { seen, fetch };
}

test('a secret is asked for once, also by requests side by side, and kept', async () => {
  const getSecret = vi.fn(async () => 's1');
  const { seen, fetch } = serverTaking(() => 's1');
  const send = fetchWithSecret(fetch, getSecret, failed);
  await Promise.all([send('/chatkit'), send('/chatkit')]);
  await send('/chatkit');
  expect(getSecret.mock.calls).toEqual([[null]]);
  expect(seen).toEqual(['Bearer s1', 'Bearer s1', 'Bearer s1']);
});

test('a refused secret is renewed with the one that was refused, and the request is made again', async () => {
  let now = 's1';
  const getSecret = vi.fn(async (_: string | null) => now);
  const { seen, fetch } = serverTaking(() => now);
  const send = fetchWithSecret(fetch, getSecret, failed);
  await send('/chatkit');
  now = 's2';
  const answers = await Promise.all([send('/chatkit', { body: 'one', method: 'POST' }), send('/chatkit')]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(getSecret.mock.calls).toEqual([[null], ['s1']]);
  expect(seen.slice(1)).toEqual(['Bearer s1', 'Bearer s1', 'Bearer s2', 'Bearer s2']);
});

test('a server that refuses the new one, too, is asked no third time', async () => {
  const { seen, fetch } = serverTaking(() => 'never');
  const getSecret = vi.fn(async () => 's');
  expect((await fetchWithSecret(fetch, getSecret, failed)('/chatkit')).status).toBe(401);
  expect(seen).toHaveLength(2);
});

test('a secret that states when it ends is renewed before that', async () => {
  const soon = jwt(Date.now() / 1000 + 10);
  const later = jwt(Date.now() / 1000 + 3600);
  const getSecret = vi.fn(async (current: string | null) => (current ? later : soon));
  const { seen, fetch } = serverTaking(() => (seen.length === 1 ? soon : later));
  const send = fetchWithSecret(fetch, getSecret, failed);
  await send('/chatkit');
  await send('/chatkit');
  expect(getSecret.mock.calls).toEqual([[null], [soon]]);
});

test('a secret whose end the server reports is renewed before that, or goes on where the page fails', async () => {
  vi.useFakeTimers();
  const getSecret = vi.fn(async (current: string | null) => {
    if (current === 's2') throw new Error('no');
    return current ? 's2' : 's1';
  });
  const seen: (string | null)[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    seen.push(bearer(init));
    return new Response(null, {
      headers: { 'X-Session-Expires-In': bearer(init) === 'Bearer s1' ? '600' : '40' },
    });
  };
  const send = fetchWithSecret(fetch, getSecret, failed);
  await send('/chatkit');
  vi.advanceTimersByTime(569_000);
  await send('/chatkit');
  vi.advanceTimersByTime(2_000);
  await send('/chatkit');
  vi.advanceTimersByTime(21_000);
  await send('/chatkit');
  vi.useRealTimers();
  expect(seen).toEqual(['Bearer s1', 'Bearer s1', 'Bearer s2', 'Bearer s2']);
  expect(getSecret.mock.calls).toEqual([[null], ['s1'], ['s2']]);
});

test('a page that gives none is a problem in a sentence, and is asked again next time', async () => {
  const getSecret = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(new Error('down'))
    .mockResolvedValue('s');
  const { fetch } = serverTaking(() => 's');
  const send = fetchWithSecret(fetch, getSecret, failed);
  await expect(send('/chatkit')).rejects.toThrow('No secret.');
  expect((await send('/chatkit')).status).toBe(200);
});
