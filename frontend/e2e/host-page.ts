import type { ChatKitOptions, OpenAIChatKit } from '@openai/chatkit';
import { expect, type Frame, type Page } from '@playwright/test';
import type { EventName } from '../src/bridge/contract';
import { ChatPage } from './chat-page';

/** The type checker compares these with OpenAI's types. */
const EVENTS = Object.keys({
  ready: true,
  error: true,
  log: true,
  effect: true,
  deeplink: true,
  'response.start': true,
  'response.end': true,
  'history.open': true,
  'history.close': true,
  'thread.change': true,
  'thread.load.start': true,
  'thread.load.end': true,
  'tool.change': true,
} satisfies Record<EventName, true>) as EventName[];

type Received = [name: EventName, detail: unknown];
declare global {
  interface Window {
    /** The events of the element, in order; errors as their names and messages. */
    received: Received[];
    /** What functions of the options were called with. */
    called: unknown[];
    chat: OpenAIChatKit;
    /** Options with something in every place. */
    looks(): Partial<ChatKitOptions>;
  }
}

/** A page of another author: plain HTML and JavaScript with the element in it, on any origin. */
export class HostPage extends ChatPage {
  static async open(page: Page, baseURL: string | undefined, address = `${baseURL}host.html`) {
    const phone = (page.viewportSize()?.width ?? 0) < 500;
    const host = new HostPage(page, phone ? 'host-phone' : 'host');
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
    await this.page.waitForFunction(() => window.received.some(([name]) => name === 'ready'));
  }

  received(...names: EventName[]): Promise<Received[]> {
    return this.page.evaluate(
      (wanted) => window.received.filter(([name]) => wanted.includes(name)),
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

  /** What stands out of the composer, or over the sides of the frame. */
  outside(): Promise<string[]> {
    return this.inside.evaluate(() => {
      const box = (element: Element) => element.getBoundingClientRect();
      const composer = box(document.querySelector('.composer') as Element);
      const out = (selector: string, left: number, right: number) =>
        [...document.querySelectorAll(selector)]
          .filter((one) => one.checkVisibility() && (box(one).left < left - 1 || box(one).right > right + 1))
          .map((one) => one.outerHTML.slice(0, 80));
      return [
        ...out('.composer-line *', composer.left, composer.right),
        ...out('.popup, .header *, .prompts *', 0, document.documentElement.clientWidth),
      ];
    });
  }

  /** What the mirror agent received. */
  async expectAgentReceived(line: string) {
    await expect(this.answers().last()).toContainText(line);
  }
}

const LOOKS = `{
  header: {
    title: { text: 'Support' },
    leftAction: { icon: 'hamburger', onClick() {} },
    rightAction: { icon: 'close', onClick() {} },
  },
  startScreen: {
    greeting: 'How can we help?',
    prompts: [
      { label: 'Delivery', prompt: 'Where is my parcel?', icon: 'suitcase' },
      { label: 'Returns', prompt: 'How do I send something back?', icon: 'reload' },
      { label: 'Something that takes a little longer to say', prompt: 'Hello', icon: 'circle-question' },
    ],
  },
  disclaimer: { text: 'Answers may be **wrong**.' },
  composer: {
    attachments: { enabled: true },
    tools: [
      { id: 'search', label: 'Search the web', shortLabel: 'Search', icon: 'globe', pinned: true },
      { id: 'image', label: 'Draw a picture', icon: 'images' },
    ],
    models: [
      { id: 'small', label: 'Small', description: 'For quick answers', default: true },
      { id: 'large', label: 'Large', description: 'For hard questions', disabled: true },
    ],
    dictation: { enabled: true },
  },
  entities: {
    showComposerMenu: true,
    onTagSearch: async () => [
      { id: 'o7', title: 'Order 7', group: 'Orders', icon: 'suitcase', interactive: true },
      { id: 'ada', title: 'Ada Lovelace', group: 'People', icon: 'profile' },
    ],
  },
  commands: { enabled: true, onSearch: async () => [] },
}`;

export const htmlWith = (script: string) => `<!doctype html>
<html lang="en">
<title>Shop</title>
<style>body { margin: 0 } openai-chatkit { height: 100vh }</style>
<script src="${script}"></script>
<openai-chatkit></openai-chatkit>
<script>
  window.received = [];
  window.called = [];
  window.looks = () => (${LOOKS});
  window.chat = document.querySelector('openai-chatkit');
  for (const name of ${JSON.stringify(EVENTS)}) {
    window.chat.addEventListener('chatkit.' + name, ({ detail }) => {
      const plain = detail?.error ? { name: detail.error.name, message: detail.error.message } : detail;
      window.received.push([name, plain ?? null]);
    });
  }
</script>
</html>`;
