import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { portIn, speakMarionette } from '../engines/marionette';
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

/** Firefox in a window, whose page a screen reader reads. */
export class Firefox {
  private constructor(
    private readonly socket: Socket,
    private readonly command: ReturnType<typeof speakMarionette>,
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
      const socket = connect(await portIn(profile), '127.0.0.1');
      const command = speakMarionette(socket);
      await command('WebDriver:NewSession', {});
      return new Firefox(socket, command, programs);
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

  async stop() {
    this.socket.destroy();
    await this.programs.stop();
  }
}
