import { defineConfig } from '@playwright/test';
import { program } from './e2e/screen-reader/programs';

/** The browser of the machine: downloading one would need a network that the tests must do without. */
function chromium(): string {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
  const found = process.env.CHATKIT_LINK_CHROMIUM || program(...names);
  if (!found) throw new Error('No Chromium on PATH. Install one or set CHATKIT_LINK_CHROMIUM to its path.');
  return found;
}

const desktop = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' } as const;

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'e2e/artifacts/runs',
  timeout: 90_000,
  expect: { timeout: 20_000 },
  // One server, and in it one person for each test: what a test sees in the history is its own.
  workers: 2,
  // Two cores shared with a server and a database: what fails once and then passes is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  reporter: [['list']],
  use: {
    baseURL: process.env.CHATKIT_LINK_URL ?? 'http://127.0.0.1:8000/',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: chromium(),
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // A microphone that beeps, and nobody to ask whether it may be used.
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
      ],
    },
  },
  // On the phone, only what is tagged: where the layout, the finger or the dark scheme is the point. What measures
  // frames is a project of its own, which scripts/run_tests.py runs last and alone.
  projects: [
    { name: 'desktop', grepInvert: /@timing|@engine|@orca|@faults/, use: desktop },
    { name: 'timing', grep: /@timing/, workers: 1, use: desktop },
    // The same journey in other browsers, which the test starts itself.
    { name: 'engines', grep: /@engine/, fullyParallel: true },
    // In windows of their own, on a screen that has a screen reader: see e2e/screen-reader.
    { name: 'screen-reader', grep: /@orca/, use: desktop },
    // Replicas that are stopped, which tests/faults/test_page.py starts.
    { name: 'faults', grep: /@faults/, use: desktop },
    {
      name: 'phone',
      grep: /@phone/,
      use: { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true },
    },
  ],
});
