import { expect, type Page } from '@playwright/test';

declare global {
  interface Window {
    /** What was added to live regions of this document, in order. */
    announced?: string[];
  }
}

/** Keeps what the pages that are opened from now on hand to screen readers. */
export class LiveRegions {
  private constructor(private readonly page: Page) {}

  static async of(page: Page): Promise<LiveRegions> {
    await page.addInitScript(() => {
      window.announced = [];
      const attach = Element.prototype.attachShadow;
      Element.prototype.attachShadow = function (options) {
        const root = attach.call(this, options);
        new MutationObserver((records) => {
          for (const node of records.flatMap(({ addedNodes }) => [...addedNodes])) {
            if (node.parentElement?.closest('[aria-live]')) window.announced?.push(node.textContent ?? '');
          }
        }).observe(root, { childList: true, subtree: true });
        return root;
      };
    });
    return new LiveRegions(page);
  }

  /** Since the frame was loaded, in one text. */
  async words(): Promise<string> {
    const frame = this.page.frames().find((one) => one.url().includes('frame.html'));
    return (await frame?.evaluate(() => window.announced?.join(' '))) ?? '';
  }

  async tell(words: string) {
    await expect.poll(() => this.words()).toContain(words);
  }
}
