import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portIn, speakMarionette } from './marionette';
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
    const socket = connect(await portIn(profile), '127.0.0.1');
    const marionette = speakMarionette(socket);
    const session = (await marionette('WebDriver:NewSession', {})) as {
      capabilities: { browserVersion: string };
    };
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
    const answer = await marionette(
      `WebDriver:${COMMANDS[command][1]}`,
      command === 'frame' ? asFrame(params) : params,
    );
    return (answer as { value?: unknown } | null)?.value;
  };
}

/** Marionette takes the id of a frame's element under another name. */
const asFrame = ({ id }: Record<string, unknown>) =>
  id === null ? { id } : { element: (id as ElementRef)[ELEMENT] };
