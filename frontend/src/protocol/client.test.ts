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

test.each([
  [
    'thread_busy',
    409,
    'Hier wird noch eine Antwort geschrieben. Warten Sie darauf, oder halten Sie sie zuerst an.',
  ],
  ['thread_closed', 409, 'Diese Unterhaltung ist geschlossen.'],
  [
    'no_room_left',
    429,
    'Für Dateien ist kein Platz mehr. Löschen Sie Chats mit Dateien, um Platz zu schaffen.',
  ],
  ['of_next_year', 422, 'In the words of the server.'],
  [undefined, 413, 'In the words of the server.'],
])(
  'a problem with the code %s is translated by its code in another language than English',
  async (code, status, sentence) => {
    const [en, de] = await Promise.all([languageFor(['en-GB']), languageFor(['de-AT'])]);
    const detail = 'In the words of the server.';
    const { client } = clientThat(async () => Response.json({ detail, code }, { status }));
    const error = await client.json('threads.delete', { thread_id: 't' }).catch((reason) => reason);
    expect(sentenceFor(error, en)).toBe(detail);
    expect(sentenceFor(error, de)).toBe(sentence);
  },
);

test('there is a sentence for each code that the server is documented to give', async () => {
  const docs = readFileSync('../docs/reference/protocol.md', 'utf8');
  const codes = [...(/^The codes are .*$/m.exec(docs)?.[0] ?? '').matchAll(/`(\w+)`/g)].map(
    ([, code]) => code,
  );
  expect(codes.length).toBeGreaterThan(10);
  const de = await languageFor(['de']);
  for (const code of codes) {
    const { client } = clientThat(async () => Response.json({ detail: 'English', code }, { status: 400 }));
    const error = await client.json('threads.delete', { thread_id: 't' }).catch((reason) => reason);
    expect(sentenceFor(error, de), code).not.toBe('English');
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
