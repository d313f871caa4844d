import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { languageFor } from '../language/language';
import { ChatKitClient } from './client';
import { sentenceFor } from './problems';

const clientThat = (answer: () => Promise<Response>) => {
  const fetch = vi.fn<typeof globalThis.fetch>(answer);
  return { client: new ChatKitClient('/chatkit', fetch), fetch };
};

test('a request carries its type, its parameters and metadata', async () => {
  const { client, fetch } = clientThat(async () => Response.json({ data: [], has_more: false }));
  await client.json('threads.list', { limit: 5, order: 'desc' });
  const [url, init] = fetch.mock.calls[0] ?? [];
  expect(url).toBe('/chatkit');
  expect(JSON.parse(String(init?.body))).toEqual({
    type: 'threads.list',
    params: { limit: 5, order: 'desc' },
    metadata: {},
  });
});

test('a refusal is in the server’s own words', async () => {
  const { client } = clientThat(async () =>
    Response.json({ title: 'Too large', detail: 'Shorten your message.', request_id: 'r1' }, { status: 413 }),
  );
  await expect(client.json('threads.delete', { thread_id: 't' })).rejects.toMatchObject({
    message: 'Shorten your message.',
    status: 413,
    requestId: 'r1',
  });
});

test('a proxy’s error page becomes a sentence', async () => {
  const { client } = clientThat(async () => new Response('<html>Bad Gateway</html>', { status: 502 }));
  await expect(client.json('threads.delete', { thread_id: 't' })).rejects.toThrow(
    'The server could not answer (status 502). Try again.',
  );
});

test('what the server does not put into words is in the language of the user', async () => {
  const [en, de] = await Promise.all([languageFor(['en']), languageFor(['de'])]);
  const { client } = clientThat(
    async () => new Response('', { status: 429, headers: { 'Retry-After': '90' } }),
  );
  const error = await client.json('threads.delete', { thread_id: 't' }).catch((reason) => reason);
  expect(sentenceFor(error, en)).toBe('Too much was sent in a short time. Try again in 2 minutes.');
  expect(sentenceFor(error, de)).toBe(
    'In kurzer Zeit wurde zu viel gesendet. Versuchen Sie es in 2 Minuten erneut.',
  );
  expect(sentenceFor(new TypeError('x is undefined'), de)).toBe(
    'Etwas ist schiefgegangen. Versuchen Sie es erneut.',
  );
});

const GERMAN = 'In diesem Chat wird noch eine Antwort geschrieben.';
const WORDS = 'In the words of the server.';
test.each([
  ['a message of the catalogue, in the language of the reader', 409, 'thread_busy', 'de', GERMAN, GERMAN],
  ['a message of the catalogue, in another language', 409, 'thread_busy', 'fr', WORDS, WORDS],
  ['a general code, in the language of the reader', 404, 'not_found', 'de', GERMAN, GERMAN],
  [
    'words for developers',
    401,
    'signed_out',
    'en',
    WORDS,
    'Sie sind nicht angemeldet, oder Ihre Sitzung ist abgelaufen.',
  ],
  [
    'words for developers, of an older server',
    413,
    'too_large',
    null,
    WORDS,
    'Das ist zu groß, um gesendet zu werden.',
  ],
  ['a code of next year', 422, 'of_next_year', 'en', WORDS, WORDS],
  ['no code', 413, undefined, null, WORDS, WORDS],
])('a refusal for a German reader: %s', async (_, status, code, language, detail, expected) => {
  const de = await languageFor(['de-AT']);
  const headers = new Headers(language ? { 'Content-Language': language } : {});
  const { client } = clientThat(async () => Response.json({ detail, code }, { status, headers }));
  const error = await client.json('threads.delete', { thread_id: 't' }).catch((reason) => reason);
  expect(sentenceFor(error, de)).toBe(expected);
});

test('an English reader gets the words for developers, too', async () => {
  const en = await languageFor(['en-GB']);
  const { client } = clientThat(async () =>
    Response.json(
      { detail: WORDS, code: 'signed_out' },
      { status: 401, headers: { 'Content-Language': 'en' } },
    ),
  );
  const error = await client.json('threads.delete', { thread_id: 't' }).catch((reason) => reason);
  expect(sentenceFor(error, en)).toBe(WORDS);
});

test('there are words for each general code of a status that a user of a chat can meet', async () => {
  const docs = readFileSync('../docs/reference/protocol.md', 'utf8');
  const codes = new Map(
    [...docs.matchAll(/^\| (\d{3}) \| `(\w+)` \| [^|]+\|$/gm)].map(([, status, code]) => [
      Number(status),
      code,
    ]),
  );
  const de = await languageFor(['de']);
  for (const status of [401, 403, 404, 409, 413, 415, 429, 503]) {
    const { client } = clientThat(async () =>
      Response.json({ detail: WORDS, code: codes.get(status) }, { status }),
    );
    const error = await client.json('threads.delete', { thread_id: 't' }).catch((reason) => reason);
    expect(sentenceFor(error, de), `${status}`).not.toBe(WORDS);
  }
});

test('a network that is down becomes a sentence', async () => {
  const { client } = clientThat(() => Promise.reject(new TypeError('Failed to fetch')));
  await expect(client.json('threads.delete', { thread_id: 't' })).rejects.toThrow('cannot be reached');
});

test('an answer cut off in the middle explains that the server keeps working', async () => {
  const { client } = clientThat(
    async () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.error(new TypeError('network'));
          },
        }),
      ),
  );
  const request = { type: 'threads.retry_after_item', params: { thread_id: 't', item_id: 'u' } } as const;
  await expect(
    client.stream(request, { signal: new AbortController().signal, onEvents: () => {} }),
  ).rejects.toThrow('keeps working on it');
});

test.each([
  ['of another maker', false, {}, 1],
  ['of this product, for a page elsewhere', false, { 'X-Request-Id': 'r' }, 2],
  ['that this page came from, behind a fetch that drops the headers', true, {}, 2],
])('a server %s is asked for its runs only if it may have any', async (_, isOwn, headers, requests) => {
  const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json({ run: null }, { headers }));
  const client = new ChatKitClient('/chatkit', fetch, undefined, isOwn);
  await client.json('threads.get_by_id', { thread_id: 't' });
  const runs = await client.runsOn('t');
  expect(fetch).toHaveBeenCalledTimes(requests);
  expect(runs === null).toBe(requests === 1);
});

test('what is asked for of a thread at once finds out once that the server is of another make', async () => {
  const { client, fetch } = clientThat(async () => Response.json({ detail: 'Not Found' }, { status: 404 }));
  const all = await Promise.all(
    (['branches', 'queue', 'shares'] as const).map((one) => client.extras.has(one, 't')),
  );
  expect(all).toEqual([false, false, false]);
  expect(fetch).toHaveBeenCalledTimes(1);
});
