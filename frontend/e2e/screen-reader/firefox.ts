/** Firefox, driven over Marionette: the protocol that it speaks by itself, as `[0, id, command, parameters]`. */
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { Programs, program } from './programs';

const PREFERENCES = {
  'marionette.port': 0,
  'accessibility.force_disabled': -1,
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': '',
  'toolkit.telemetry.enabled': false,
};

export const firefoxPath = () => program('firefox-esr', 'firefox');

export class Firefox {
  #next = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly programs: Programs,
  ) {}

  static async start(path: string, env: Record<string, string>): Promise<Firefox> {
    const profile = join(env.HOME as string, 'firefox');
    mkdirSync(profile);
    const lines = Object.entries(PREFERENCES).map(
      ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`,
    );
    writeFileSync(join(profile, 'user.js'), lines.join('\n'));
    const programs = new Programs();
    programs.start(path, ['--marionette', '--no-remote', '--profile', profile], { env, cwd: profile });
    try {
      const socket = connect(await portIn(join(profile, 'MarionetteActivePort')), '127.0.0.1');
      await once(socket, 'data');
      const firefox = new Firefox(socket, programs);
      await firefox.command('WebDriver:NewSession', {});
      return firefox;
    } catch (error) {
      await programs.stop();
      throw error;
    }
  }

  go(url: string) {
    return this.command('WebDriver:Navigate', { url });
  }

  /** The body of an async function in the page. */
  run(script: string) {
    return this.command('WebDriver:ExecuteScript', {
      script: `return (async () => { ${script} })()`,
      args: [],
    });
  }

  async command(name: string, parameters: object): Promise<unknown> {
    const message = JSON.stringify([0, ++this.#next, name, parameters]);
    this.socket.write(`${Buffer.byteLength(message)}:${message}`);
    const [, , error, result] = await this.#answer();
    if (error) throw new Error(`${name}: ${JSON.stringify(error)}`);
    return result;
  }

  /** `length:JSON`, which may come in pieces. */
  async #answer(): Promise<[number, number, unknown, unknown]> {
    let received = Buffer.alloc(0);
    for (;;) {
      const [piece] = (await once(this.socket, 'data')) as [Buffer];
      received = Buffer.concat([received, piece]);
      const colon = received.indexOf(':');
      const body = received.subarray(colon + 1);
      if (colon > 0 && body.length >= Number(received.subarray(0, colon))) return JSON.parse(body.toString());
    }
  }

  async stop() {
    this.socket.destroy();
    await this.programs.stop();
  }
}

async function portIn(file: string): Promise<number> {
  const port = () => {
    try {
      return Number(readFileSync(file, 'utf8'));
    } catch {
      return 0;
    }
  };
  await expect.poll(port, { timeout: 30_000 }).toBeGreaterThan(0);
  return port();
}
