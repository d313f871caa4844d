import { type Browser, chromium } from '@playwright/test';
import { test as base, expect } from '../chat-page';
import { Desktop, missingPackages } from './desktop';

type Worker = { desktop: Desktop; browser: Browser };

/** The tests' page, in a Chromium that has a window, on a desktop with a screen reader. */
export const test = base.extend<object, Worker>({
  desktop: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from the pattern
    async ({}, use) => {
      const missing = missingPackages();
      const message = `A screen reader needs packages of Debian: apt install ${missing.join(' ')}`;
      base.skip(missing.length > 0 && !process.env.CI, message);
      if (missing.length) throw new Error(message);
      const desktop = await Desktop.start();
      await use(desktop);
      await desktop.stop();
    },
    { scope: 'worker' },
  ],
  browser: [
    async ({ desktop }, use, { project }) => {
      const { executablePath, args = [] } = project.use.launchOptions ?? {};
      const browser = await chromium.launch({
        executablePath,
        headless: false,
        env: desktop.env,
        args: [...args.filter((one) => one !== '--headless'), '--force-renderer-accessibility'],
      });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
});

export { expect };

export const wordCount = (text: string) => text.split(/\s+/).filter(Boolean).length;
