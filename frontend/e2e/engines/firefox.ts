import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS, ELEMENT, type ElementRef, type Engine, type Send } from './webdriver';

/** A port of its own choice, and no word with the servers of Mozilla. */
const PREFERENCES = {
  'marionette.port': 0,
  'services.settings.server': 'data:,#',
  'intl.accept_languages': 'en',
};

/** Firefox without a window, with a new profile. */
export async function startFirefox(): Promise<Engine> {
  const profile = await mkdtemp(join(tmpdir(), 'chatkit-link-firefox-'));
  const lines = Object.entries(PREFERENCES).map(
    ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`,
  );
  await writeFile(join(profile, 'user.js'), lines.join('\n'));
  const firefox = spawn('firefox-esr', ['--headless', '--marionette', '--no-remote', '--profile', profile], {
    stdio: 'ignore',
  });
  const stop = async () => {
    firefox.kill();
    if (firefox.exitCode === null && firefox.signalCode === null) await once(firefox, 'exit');
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const socket = connect(await portIn(join(profile, 'MarionetteActivePort')), '127.0.0.1');
    const marionette = speakMarionette(socket);
    const session = (await marionette('NewSession', {})) as { capabilities: { browserVersion: string } };
    return {
      version: session.capabilities.browserVersion,
      send: commandsTo(marionette),
      stop: () => stop().finally(() => socket.destroy()),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function commandsTo(marionette: ReturnType<typeof speakMarionette>): Send {
  return async (command, params) => {
    const answer = await marionette(COMMANDS[command][1], command === 'frame' ? asFrame(params) : params);
    return (answer as { value?: unknown } | null)?.value;
  };
}

/** Marionette takes the id of a frame's element under another name. */
const asFrame = ({ id }: Record<string, unknown>) =>
  id === null ? { id } : { element: (id as ElementRef)[ELEMENT] };

/** Written when it listens. */
async function portIn(file: string): Promise<number> {
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
function speakMarionette(socket: Socket) {
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
      const message = JSON.stringify([0, last, `WebDriver:${name}`, params]);
      socket.write(`${Buffer.byteLength(message)}:${message}`);
    });
}
