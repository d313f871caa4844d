// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HostedSession, SessionRefused } from './hosted-session';

const MINUTE = 60_000;
let asked: Record<string, string>[];
let answer: () => Response;
let session: HostedSession;

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  asked = [];
  answer = () => lasting(10 * MINUTE);
  vi.stubGlobal('fetch', async (url: string, { body }: RequestInit) => {
    expect(url).toBe('http://localhost:3000/api/create-session');
    asked.push(JSON.parse(String(body)));
    return answer();
  });
  session = new HostedSession('wf_a', 'sk-a');
});
afterEach(() => session.close());

const lasting = (ms: number) =>
  Response.json({ client_secret: `ek_${asked.length}`, expires_at: (Date.now() + ms) / 1000 });
const refused = (status: number, detail: string, code?: string) =>
  Response.json({ detail, code }, { status });
function hide(hidden: boolean) {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
  document.dispatchEvent(new Event('visibilitychange'));
}

test('a session is renewed a minute before it ends, for the same user, and the newest secret is handed out', async () => {
  await session.open();
  expect(await session.clientSecret(null)).toBe('ek_1');
  await vi.advanceTimersByTimeAsync(9 * MINUTE - 1);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toHaveLength(2);
  expect(asked[0]).toEqual(asked[1]);
  expect(asked[0]).toMatchObject({ workflow_id: 'wf_a', api_key: 'sk-a', user_id: expect.any(String) });
  expect(await session.clientSecret('ek_1')).toBe('ek_2');
  expect(asked).toHaveLength(2);
});

test('an element whose newest secret was refused gets another', async () => {
  await session.open();
  expect(await session.clientSecret('ek_1')).toBe('ek_2');
});

test('two who ask at once share one session', async () => {
  const both = await Promise.all([session.clientSecret(null), session.clientSecret(null)]);
  expect(both).toEqual(['ek_1', 'ek_1']);
});

test('a hidden page makes no sessions until it is looked at', async () => {
  await session.open();
  hide(true);
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(asked).toHaveLength(1);
  hide(false);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(2);
});

test('a refresh that fails is reported, tried again, and reported to be over', async () => {
  const reported: (string | undefined)[] = [];
  session.onRenewalFailure = (error) => reported.push(error?.message);
  await session.open();
  answer = () => refused(502, 'OpenAI did not answer.');
  await vi.advanceTimersByTimeAsync(9 * MINUTE);
  answer = () => lasting(10 * MINUTE);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(reported).toEqual([undefined, 'OpenAI did not answer.', undefined]);
});

test('a refusal has the server’s sentence and code', async () => {
  answer = () => refused(422, 'OpenAI did not accept the API key.', 'wrong_key');
  await expect(session.open()).rejects.toEqual(
    new SessionRefused('OpenAI did not accept the API key.', 'wrong_key'),
  );
});

test('what is closed asks no more', async () => {
  await session.open();
  session.close();
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(asked).toHaveLength(1);
});
