/** The recipe of docs/how-to/deploy.md for a server and a static site, built and served as it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { build } from 'vite';
import { ChatPage } from './chat-page';

const ROOT = resolve('..');
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** The code of the page in a language, the first block that has these words. */
async function printed(language: string, words: string): Promise<string> {
  const page = await readFile(join(ROOT, 'docs/how-to/deploy.md'), 'utf8');
  const block = page.split(/^```/m).find((code) => code.startsWith(`${language}\n`) && code.includes(words));
  if (!block) throw new Error(`docs/how-to/deploy.md has no ${language} with ${words}.`);
  return block.slice(language.length + 1);
}

async function freePort(): Promise<number> {
  const socket = createSocket().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as AddressInfo;
  socket.close();
  await once(socket, 'close');
  return port;
}

/** `uvicorn main:app` as Render starts it, with the agent of `chatkit-link new`. */
async function startServer(folder: string, port: number, origin: string): Promise<ChildProcess> {
  await cp(join(ROOT, 'templates/agent'), folder, { recursive: true });
  await writeFile(join(folder, 'main.py'), await printed('python', 'create_app()'));
  const start = (await printed('yaml', 'my-chat-server')).match(/startCommand: (.*)/);
  const command = String(start?.[1])
    .replace('$PORT', String(port))
    .replace('0.0.0.0', '127.0.0.1')
    .split(' ');
  expect(command.slice(0, 2)).toEqual(['uvicorn', 'main:app']);
  const { PATH, HOME } = process.env;
  const server = spawn(join(ROOT, '.venv/bin/python'), ['-m', ...command], {
    cwd: folder,
    env: { PATH, HOME, PYTHONPATH: ROOT, PORT: String(port), CHATKIT_LINK_ORIGINS: origin },
    stdio: 'ignore',
  });
  return server;
}

/** What `npm run build` makes of the page. */
async function buildPage(folder: string, server: string): Promise<string> {
  await mkdir(join(folder, 'src'), { recursive: true });
  await writeFile(join(folder, 'index.html'), await printed('html', 'VITE_API_URL'));
  await writeFile(join(folder, 'src/main.jsx'), await printed('jsx', 'VITE_API_URL'));
  await writeFile(join(folder, '.env'), `VITE_API_URL=${server}\n`);
  await build({ root: folder, configFile: false, logLevel: 'error' });
  return join(folder, 'dist');
}

async function serveFiles(folder: string, port: number): Promise<Server> {
  const site = createServer(async (request, response) => {
    const path = request.url === '/' ? '/index.html' : String(request.url);
    const file = await readFile(join(folder, path)).catch(() => null);
    response.writeHead(file ? 200 : 404, { 'Content-Type': TYPES[extname(path)] ?? 'text/plain' });
    response.end(file);
  });
  site.listen(port, '127.0.0.1');
  await once(site, 'listening');
  return site;
}

test('a static site built by Vite asks a server of another origin, which one starts with uvicorn', async ({
  page,
}) => {
  test.slow();
  const folder = await mkdtemp(join(tmpdir(), 'chatkit-link-site-'));
  // Of Vite's packages, where the page's own would be.
  await mkdir(resolve('e2e/artifacts'), { recursive: true });
  const frontend = await mkdtemp(resolve('e2e/artifacts/site-'));
  const [port, sitePort] = [await freePort(), await freePort()];
  const [server, origin] = [`http://127.0.0.1:${port}`, `http://my-chat.localhost:${sitePort}`];
  const running = await startServer(folder, port, origin);
  const site = await serveFiles(await buildPage(frontend, server), sitePort);
  try {
    await expect(async () => {
      expect((await fetch(`${server}/health`)).status).toBe(200);
    }).toPass({ timeout: 60_000 });
    await page.goto(origin);
    const chat = new ChatPage(page, 'static-site');
    await expect(chat.composer).toBeVisible();
    await chat.ask('Are you open on Sunday?');
    await expect(chat.answers().last()).toHaveText('Our hours that day: closed.');
    await expect(chat.log.getByText('Sunday', { exact: true })).toBeVisible();
    await page.reload();
    await chat.openHistory();
    await chat.history
      .getByRole('button', { name: /Sunday/ })
      .first()
      .click();
    await expect(chat.log.getByText('Our hours that day: closed.')).toBeVisible();
  } finally {
    site.close();
    site.closeAllConnections();
    running.kill();
    await once(running, 'exit');
    await rm(folder, { recursive: true, force: true });
    await rm(frontend, { recursive: true, force: true });
  }
});
