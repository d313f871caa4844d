import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect } from '@playwright/test';
import { type BrowserWindow, type ElementRef, KEY } from './webdriver';

/** Where a document is loaded or drawn anew, what was found in the old one is looked for again. */
const PATIENCE = { intervals: [50, 100, 200], timeout: 20_000 };
export const QUESTION = '[role=log] article[aria-label="You said"]';
export const ANSWER = '[role=log] article[aria-label="Answer"]';

/** What chat-page.ts does with Playwright, through the commands that every browser knows. */
export class EngineChat {
  constructor(
    readonly browser: BrowserWindow,
    private readonly engine: string,
  ) {}

  /** Enters the frame of the chat, which stands in the shadow of the element. */
  async enterFrame() {
    await this.browser.enter(null);
    const find = () =>
      document.querySelector('openai-chatkit')?.shadowRoot?.querySelector('iframe') as unknown as ElementRef;
    const frame = await this.browser.evaluate(find);
    if (!frame) throw new Error('There is no chat on the page.');
    await this.browser.enter(frame);
  }

  async inPage<Args extends unknown[], Result>(script: (...args: Args) => Result, ...args: Args) {
    await this.browser.enter(null);
    return this.browser.evaluate(script, ...args);
  }

  async inFrame<Args extends unknown[], Result>(script: (...args: Args) => Result, ...args: Args) {
    await this.enterFrame();
    return this.browser.evaluate(script, ...args);
  }

  /** The last visible element that fits and has this name for a screen reader; a star stands for anything. */
  async find(selector: string, name = '*'): Promise<ElementRef | null> {
    return this.browser.evaluate(
      (wanted, label) => {
        const nameOf = (element: HTMLElement) =>
          (element.getAttribute('aria-label') ?? element.innerText ?? '').trim();
        const literal = (part: string) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
        const fits = new RegExp(`^${label.split('*').map(literal).join('[^]*')}$`);
        const found = [...document.querySelectorAll<HTMLElement>(wanted)].filter(
          (element) => element.checkVisibility() && fits.test(nameOf(element)),
        );
        return (found.at(-1) ?? null) as unknown as ElementRef | null;
      },
      selector,
      name,
    );
  }

  /** Clicks with the pointer, once it is there and nothing lies over it; `row`: where it appears when that is hovered. */
  async click(name: string, selector = 'button', row?: string) {
    await expect(async () => {
      await this.enterFrame();
      if (row) await this.browser.hover(await this.found(row));
      await this.browser.click(await this.found(selector, name));
    }).toPass(PATIENCE);
  }

  async clickInPage(name: string, selector = 'button') {
    await expect(async () => {
      await this.browser.enter(null);
      await this.browser.click(await this.found(selector, name));
    }).toPass(PATIENCE);
  }

  /** Clicks into the composer and types. A field of another site takes the focus from nothing but a click. */
  async write(text: string) {
    await this.click('Message', 'textarea');
    await this.browser.press(...text);
  }

  /** Hands files of this machine to the file input, which nobody sees. */
  async attach(...paths: string[]) {
    const find = () => document.querySelector('[data-testid=files]') as unknown as ElementRef;
    await this.browser.choose(await this.inFrame(find), paths);
  }

  async ask(question: string) {
    await this.write(question);
    await this.browser.press(KEY.enter);
    await this.expectText(QUESTION, question);
  }

  async answered() {
    await this.expectSeen('button', 'Send message');
  }

  async expectSeen(selector: string, name = '*') {
    await expect(async () => {
      await this.enterFrame();
      await this.found(selector, name);
    }).toPass(PATIENCE);
  }

  async expectGone(selector: string, name = '*') {
    await expect(async () => {
      await this.enterFrame();
      expect(await this.find(selector, name), `${selector} “${name}”`).toBeNull();
    }).toPass(PATIENCE);
  }

  private async found(selector: string, name = '*'): Promise<ElementRef> {
    const element = await this.find(selector, name);
    if (!element) throw new Error(`There is no ${selector} “${name}”.`);
    return element;
  }

  /** Of the last one that fits. */
  async expectText(selector: string, text: string | RegExp) {
    const read = (wanted: string) =>
      [...document.querySelectorAll<HTMLElement>(wanted)].at(-1)?.innerText ?? null;
    await expect(async () => expect(await this.inFrame(read, selector)).toMatch(text)).toPass(PATIENCE);
  }

  async expectCount(selector: string, fits: (count: number) => boolean) {
    const count = (wanted: string) => document.querySelectorAll(wanted).length;
    await expect.poll(async () => fits(await this.inFrame(count, selector))).toBe(true);
  }

  /** All that was said, question by question. */
  conversation(): Promise<string[]> {
    return this.inFrame(() =>
      [...document.querySelectorAll<HTMLElement>('[role=log] article')].map((one) => one.innerText.trim()),
    );
  }

  /** What has the focus, by its name. */
  focused(): Promise<string> {
    return this.inFrame(() => {
      const at = document.activeElement as HTMLElement | null;
      return at?.getAttribute('aria-label') ?? at?.tagName ?? '';
    });
  }

  async shot(name: string) {
    await this.browser.enter(null);
    const file = `e2e/artifacts/${this.engine}-${name}.png`;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await this.browser.screenshot());
  }
}
