import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const PATHS = [...(process.env.PATH ?? '').split(delimiter), '/usr/libexec', '/usr/lib/at-spi2-core'];

/** The place of the first of these programs that this machine has. */
export function program(...names: string[]): string | undefined {
  return names.flatMap((name) => PATHS.map((path) => join(path, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Programs that were started here, and end together: each is the first of a group of processes of its own. */
export class Programs {
  #running: ChildProcess[] = [];

  start(path: string, args: string[], options: SpawnOptions): ChildProcess {
    const child = spawn(path, args, { detached: true, stdio: 'ignore', ...options });
    this.#running.push(child);
    return child;
  }

  async stop() {
    for (const child of this.#running.splice(0).reverse()) await stopped(child);
  }
}

async function stopped(child: ChildProcess) {
  if (child.pid === undefined || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  signal(child.pid, 'SIGTERM');
  const late = setTimeout(() => signal(child.pid as number, 'SIGKILL'), 3_000);
  await gone;
  clearTimeout(late);
}

function signal(group: number, name: NodeJS.Signals) {
  try {
    process.kill(-group, name);
  } catch {
    // It has ended by itself.
  }
}
