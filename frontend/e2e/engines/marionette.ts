/** Marionette, the protocol that Firefox speaks by itself and by which geckodriver drives it. */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';

/** Where a Firefox with this profile listens; it writes that down when it does. */
export async function portIn(profile: string): Promise<number> {
  const file = join(profile, 'MarionetteActivePort');
  const deadline = Date.now() + 30_000;
  for (;;) {
    const port = Number(await readFile(file, 'utf-8').catch(() => ''));
    if (port) return port;
    if (Date.now() > deadline) throw new Error('Firefox did not start.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

type Failure = { error: string; message: string };
type Answer = [type: 1, id: number, failure: Failure | null, result: unknown];

/** Messages are `length:json`; a command is `[0, id, name, params]`, and an answer carries its id. */
export function speakMarionette(socket: Socket) {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let received = Buffer.alloc(0);
  let last = 0;
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes]);
    for (let message = take(); message; message = take()) answer(JSON.parse(message));
  });
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('Firefox has ended.'));
  });

  function take(): string | null {
    const colon = received.indexOf(':');
    const end = colon + 1 + Number(received.subarray(0, colon));
    if (colon < 0 || received.length < end) return null;
    const message = received.subarray(colon + 1, end).toString();
    received = received.subarray(end);
    return message;
  }

  function answer(message: Answer | object) {
    // The first message is a greeting.
    if (!Array.isArray(message)) return;
    const [, id, failure, result] = message as Answer;
    const asked = waiting.get(id);
    waiting.delete(id);
    if (failure) asked?.reject(new Error(`${failure.error}: ${failure.message}`));
    else asked?.resolve(result);
  }

  return (name: string, params: Record<string, unknown>) =>
    new Promise<unknown>((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      const message = JSON.stringify([0, last, name, params]);
      socket.write(`${Buffer.byteLength(message)}:${message}`);
    });
}
