import { once } from 'node:events';
import { createServer } from 'node:http';
import { test as base, expect } from '@playwright/test';
import { htmlWith } from '../host-page';
import { EngineChat } from './engine-chat';
import { startFirefox } from './firefox';
import { BrowserWindow } from './webdriver';
import { startWebKitGtk } from './webkitgtk';

type Fixtures = {
  engine: Name;
  chat: EngineChat;
  /** Of the server that is tested. */
  address: string;
  /** The address of a page of another origin, with the element in it. */
  shop: string;
};

const start = { WebKitGTK: startWebKitGtk, Firefox: startFirefox };
type Name = keyof typeof start;
export const ENGINES = Object.keys(start) as Name[];
/** Origins that the server lists (scripts/run_tests.py), for a page server of each engine. */
const SHOPS = (process.env.CHATKIT_LINK_E2E_SHOPS ?? '').split(' ');

export const test = base.extend<Fixtures>({
  engine: ['Firefox', { option: true }],
  chat: async ({ engine }, use, info) => {
    const started = await start[engine]();
    console.log(`${engine} ${started.version}`);
    const browser = new BrowserWindow(started);
    try {
      await browser.resize(1280, 900);
      const chat = new EngineChat(browser, engine);
      await use(chat);
      if (info.status !== info.expectedStatus) await chat.shot('failed');
    } finally {
      await started.stop();
    }
  },
  address: async ({ baseURL }, use) => use(baseURL as string),
  shop: async ({ engine, address }, use) => {
    const url = SHOPS[ENGINES.indexOf(engine)] as string;
    const page = htmlWith(`${address}chatkit.js`);
    const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(page));
    server.listen(Number(new URL(url).port), '127.0.0.1');
    await once(server, 'listening');
    await use(url);
    server.closeAllConnections();
    server.close();
  },
});

export { expect };
