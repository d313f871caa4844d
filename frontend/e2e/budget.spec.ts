import type { Page } from '@playwright/test';
import { expect, test } from './chat-page';
import { HostPage } from './host-page';

type Loaded = { name: string; bytes: number };

/** Comes with the first message, widget or setting that needs it. */
const LATER = /chart|highlight|katex|mermaid|select|date|picker|lucide|assets\/[a-z](-|\.)/i;

/** All that came over the wire until the network is quiet, headers included. What was in a cache did not. */
function watch(page: Page) {
  const loads: Promise<Loaded>[] = [];
  page.on('requestfinished', (request) => {
    const name = request.url().replace(/^https?:\/\/[^/]+\//, '') || 'index.html';
    const sizes = request.sizes();
    loads.push(
      sizes.then(({ responseHeadersSize, responseBodySize }) => ({
        name,
        bytes: responseHeadersSize + responseBodySize,
      })),
    );
  });
  return async () => {
    await page.waitForLoadState('networkidle');
    const loaded = await Promise.all(loads.splice(0));
    return loaded.filter(({ bytes }) => bytes > 0);
  };
}

const total = (loaded: Loaded[]) => loaded.reduce((sum, { bytes }) => sum + bytes, 0);

function print(what: string, loaded: Loaded[]) {
  console.log(`${what}: ${total(loaded).toLocaleString('en')} bytes in ${loaded.length} requests`);
  for (const { name, bytes } of loaded) console.log(`  ${bytes.toLocaleString('en').padStart(7)}  ${name}`);
}

test('the element on a page comes in 320 KB and 12 requests', async ({ page, baseURL }) => {
  const loaded = watch(page);
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({}));
  await expect(host.composer).toBeVisible();
  const all = await loaded();
  print('first load of the element', all);
  expect(total(all)).toBeLessThanOrEqual(320_000);
  expect(all.length).toBeLessThanOrEqual(12);
  expect(all.filter(({ name }) => LATER.test(name))).toEqual([]);
  expect(all.find(({ name }) => name === 'chatkit.js')?.bytes).toBeLessThanOrEqual(5_000);
});

test('the demo page comes in 360 KB, and the next time only what has changed', async ({ chat, page }) => {
  const loaded = watch(page);
  await chat.open();
  const first = await loaded();
  print('first load of the demo page', first);
  expect(total(first)).toBeLessThanOrEqual(360_000);
  expect(first.filter(({ name }) => LATER.test(name))).toEqual([]);

  await page.goto('about:blank');
  await chat.open();
  const again = await loaded();
  print('second load of the demo page', again);
  expect(again.filter(({ name }) => name.startsWith('assets/'))).toEqual([]);
  expect(total(again)).toBeLessThanOrEqual(20_000);
});
