import { defineConfig } from '@playwright/test';
import tests from './playwright.config';

/** `make pictures`: the browser of the tests takes pictures of the product (`scripts/make_pictures.py`). */
export default defineConfig({
  ...tests,
  retries: 0,
  projects: [
    // The two that the README shows.
    {
      name: 'readme',
      testMatch: 'pictures.ts',
      workers: 1,
      use: { viewport: { width: 1280, height: 800 }, colorScheme: 'light', deviceScaleFactor: 1.5 },
    },
    // Every state, to be looked at.
    { name: 'screens', testMatch: 'screens/screens.ts', fullyParallel: true },
  ],
});
