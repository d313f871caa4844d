import type { ChatKitOptions, OpenAIChatKit } from '@openai/chatkit';
import { expect, type Frame, type Page } from '@playwright/test';
import { ChatPage } from './chat-page';

const EVENTS = [
  'ready',
  'error',
  'log',
  'effect',
  'deeplink',
  'response.start',
  'response.end',
  'history.open',
  'history.close',
  'thread.change',
  'thread.load.start',
  'thread.load.end',
  'tool.change',
];

type Heard = [name: string, detail: unknown];
declare global {
  interface Window {
    /** What the element told the page, in order; errors as their names and messages. */
    heard: Heard[];
    /** What functions of the options were called with. */
    called: unknown[];
    chat: OpenAIChatKit;
  }
}

/** A page that somebody else wrote: plain HTML and JavaScript with the element in it, on any origin. */
export class HostPage extends ChatPage {
  static async open(page: Page, baseURL: string | undefined, address = `${baseURL}host.html`) {
    const host = new HostPage(page, 'host');
    await page.route(address, (route) =>
      route.fulfill({ contentType: 'text/html', body: htmlWith(`${baseURL}chatkit.js`) }),
    );
    await page.goto(address);
    return host;
  }

  /** `make` runs in the page, so its options may have functions; they see nothing of the test. */
  async set(make: () => Partial<ChatKitOptions>, agent = 'chatkit/mirror') {
    await this.page.evaluate(
      `window.chat.setOptions({ api: { url: ${JSON.stringify(agent)}, domainKey: 'local' }, ...(${make})() })`,
    );
    await this.page.waitForFunction(() => window.heard.some(([name]) => name === 'ready'));
  }

  heard(...names: string[]): Promise<Heard[]> {
    return this.page.evaluate(
      (wanted) => window.heard.filter(([name]) => wanted.includes(name)),
      names.length ? names : EVENTS.filter((name) => name !== 'log'),
    );
  }

  called(): Promise<unknown[]> {
    return this.page.evaluate(() => window.called);
  }

  /** The document inside the iframe. */
  get inside(): Frame {
    return this.page.frames().find((frame) => frame.url().includes('frame.html')) as Frame;
  }

  /** What the mirror agent was told. */
  async expectTold(line: string) {
    await expect(this.answers().last()).toContainText(line);
  }
}

const htmlWith = (script: string) => `<!doctype html>
<html lang="en">
<title>Shop</title>
<style>body { margin: 0 } openai-chatkit { height: 100vh }</style>
<script src="${script}"></script>
<openai-chatkit></openai-chatkit>
<script>
  window.heard = [];
  window.called = [];
  window.chat = document.querySelector('openai-chatkit');
  for (const name of ${JSON.stringify(EVENTS)}) {
    window.chat.addEventListener('chatkit.' + name, ({ detail }) => {
      const told = detail?.error ? { name: detail.error.name, message: detail.error.message } : detail;
      window.heard.push([name, told ?? null]);
    });
  }
</script>
</html>`;
