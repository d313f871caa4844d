import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { COMMANDS, type Engine, type Send } from './webdriver';

/** MiniBrowser, on a screen of its own: WebKitGTK cannot do without one. */
export async function startWebKitGtk(): Promise<Engine> {
  const { screen, display } = await startScreen();
  const port = await freePort();
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
    env: { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11', LANGUAGE: 'en' },
    stdio: 'ignore',
  });
  const stop = async () => {
    await end(driver);
    await end(screen);
  };
  try {
    const { version, session } = await openSession(`http://127.0.0.1:${port}/session`);
    return { version, send: commandsTo(session), stop: () => request('DELETE', session).finally(stop) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openSession(address: string) {
  const created = (await request('POST', address, { capabilities: { alwaysMatch: {} } }, 15_000)) as {
    sessionId: string;
    capabilities: { browserVersion: string };
  };
  return { version: created.capabilities.browserVersion, session: `${address}/${created.sessionId}` };
}

function commandsTo(session: string): Send {
  return (command, { id, ...params }) => {
    const [method = '', path = ''] = COMMANDS[command][0].split(' ');
    const body = path.includes('{id}') || id === undefined ? params : { id, ...params };
    return request(method, session + path.replace('{id}', String(id)), method === 'GET' ? undefined : body);
  };
}

/** An X server that ends with its last client. */
async function startScreen() {
  const screen = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp', '-terminate'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  );
  const [number] = await once(createInterface(screen.stdio[3] as Readable), 'line');
  return { screen, display: `:${number}` };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function end(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

/** `patience`: for how many milliseconds a server that is not up yet is tried again. */
async function request(method: string, url: string, body?: unknown, patience = 0): Promise<unknown> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      const response = await fetch(url, { method, body: body === undefined ? null : JSON.stringify(body) });
      const { value } = (await response.json()) as { value: { error?: string; message?: string } };
      if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
      return value;
    } catch (error) {
      if (!(error instanceof TypeError) || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
