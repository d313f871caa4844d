import { defineConfig } from '@playwright/test';
import tests from './playwright.config';

/** `make pictures`: the browser of the tests takes the pictures of the README (`scripts/make_pictures.py`). */
export default defineConfig({
  ...tests,
  testMatch: 'pictures.ts',
  workers: 1,
  retries: 0,
  maxFailures: 1,
  projects: [
    {
      name: 'pictures',
      use: { viewport: { width: 1280, height: 800 }, colorScheme: 'light', deviceScaleFactor: 1.5 },
    },
  ],
});
