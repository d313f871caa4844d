import { expect, test } from 'vitest';
import { type Remote, remoteCalls } from './remote-calls';

type Api = { add(a: number, b: number): number; fail(): void; odd(): unknown; hear(port: MessagePort): void };

function bothEnds(): Remote<Api> {
  const { port1, port2 } = new MessageChannel();
  remoteCalls(port2, {
    add: (a: number, b: number) => a + b,
    fail: async () => {
      throw new RangeError('Too far.');
    },
    odd: () => () => {},
    hear: (port: MessagePort) => port.postMessage('heard'),
  });
  return remoteCalls<Api>(port1, {});
}

test('calls find their own results', async () => {
  const call = bothEnds();
  expect(await Promise.all([call('add', 1, 2), call('add', 3, 4)])).toEqual([3, 7]);
});

test('what a method throws is thrown where it was called', async () => {
  await expect(bothEnds()('fail')).rejects.toThrow('Too far.');
});

test('a result that cannot cross fails the call instead of hanging it', async () => {
  await expect(bothEnds()('odd')).rejects.toThrow();
});

test('nothing but the methods that are offered can be called', async () => {
  const call = bothEnds() as Remote<{ toString(): string }>;
  await expect(call('toString')).rejects.toThrow('no method "toString"');
});

test('the name of an error crosses, and what is under way fails when the other end goes', async () => {
  const { port1, port2 } = new MessageChannel();
  const gone = new AbortController();
  remoteCalls(port2, {
    refuse: () => Promise.reject(Object.assign(new Error('No.'), { name: 'IntegrationError' })),
    wait: () => new Promise(() => {}),
  });
  const call = remoteCalls<{ refuse(): void; wait(): void }>(port1, {}, gone.signal);
  await expect(call('refuse')).rejects.toMatchObject({ name: 'IntegrationError', message: 'No.' });
  const waiting = call('wait');
  gone.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  await expect(call('wait')).rejects.toMatchObject({ name: 'AbortError' });
});

test('a port that is passed along works at the other end', async () => {
  const { port1, port2 } = new MessageChannel();
  const heard = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  await bothEnds()('hear', port2);
  expect(await heard).toBe('heard');
});
