import { expect, test } from 'vitest';
import { readEvents } from './sse';
import type { ThreadEvent } from './types';

function bodyOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}
const bytes = (text: string) => new TextEncoder().encode(text);
const progress = (text: string) => `id: 1\ndata: ${JSON.stringify({ type: 'progress_update', text })}\n\n`;

async function read(...chunks: Uint8Array[]) {
  const batches: ThreadEvent[][] = [];
  await readEvents(bodyOf(...chunks), (events) => batches.push(events.map(({ event }) => event)));
  return batches;
}

test('an event cut in two by the network arrives whole', async () => {
  const text = progress('half and half');
  expect(await read(bytes(text.slice(0, 25)), bytes(text.slice(25)))).toEqual([
    [{ type: 'progress_update', text: 'half and half' }],
  ]);
});

test('a letter cut in two by the network is still that letter', async () => {
  const all = bytes(progress('naïve 🦆'));
  const cut = all.indexOf(0xf0) + 2;
  expect((await read(all.slice(0, cut), all.slice(cut))).flat()).toEqual([
    { type: 'progress_update', text: 'naïve 🦆' },
  ]);
});

test('events that arrive together are handed over together', async () => {
  const batches = await read(bytes(progress('one') + progress('two')), bytes(progress('three')));
  expect(batches.map((batch) => batch.length)).toEqual([2, 1]);
});

test('heartbeats and other comments are not events', async () => {
  expect(await read(bytes(': ping\n\n'), bytes(progress('one')), bytes(': ping\n\n'))).toHaveLength(1);
});

test('windows line ends are understood', async () => {
  expect((await read(bytes(progress('one').replaceAll('\n', '\r\n')))).flat()).toHaveLength(1);
});

test('one unreadable event does not cost the rest of the answer', async () => {
  const events = await read(
    bytes('data: {"type": oops\n\n'),
    bytes('data: null\n\n'),
    bytes(progress('after')),
  );
  expect(events.flat()).toEqual([{ type: 'progress_update', text: 'after' }]);
});

test('a connection that breaks is not taken for the end', async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new TypeError('network'));
    },
  });
  await expect(readEvents(broken, () => {})).rejects.toThrow('network');
});
