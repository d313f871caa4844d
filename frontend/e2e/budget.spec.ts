import type { CDPSession, Page } from '@playwright/test';
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

/** What the browser counts of a page and its frames: listeners, nodes of documents, seconds of the main thread. */
async function metricsOf(page: Page) {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const collectGarbage = () => cdp.send('HeapProfiler.collectGarbage');
  const read = async (...names: string[]) => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return names.map((name) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN);
  };
  return { read, collectGarbage };
}

/** Two frames later, all that a change has caused is drawn. */
const drawn = (page: Page) =>
  page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );

/** Asks in a new thread, and resolves with its id. */
async function askedIn(host: HostPage, question: string): Promise<string> {
  await host.page.evaluate((text) => window.chat.sendUserMessage({ text, newThread: true }), question);
  await host.answered();
  const [, detail] = (await host.received('thread.change')).at(-1) as [string, { threadId: string }];
  return detail.threadId;
}

test('turning to another thread, by the page or in the history, leaves nothing behind', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({}), 'chatkit/items');
  const threads = [await askedIn(host, 'everything'), await askedIn(host, 'error')];
  const { read, collectGarbage } = await metricsOf(page);
  const turn = async (at: number) => {
    await page.evaluate((id) => window.chat.setThreadId(id), threads[at % 2] as string);
    await expect(host.answers().first()).toContainText(at % 2 ? 'This far it went' : 'What a lock is for');
    await page.evaluate(() => window.chat.showHistory());
    await host.history
      .getByRole('listitem')
      .nth(at % 2)
      .locator('.entry-title')
      .click();
    await expect(host.history).toHaveCount(0);
  };
  const measured = async () => {
    await page.evaluate(() => window.chat.setThreadId(null));
    await drawn(page);
    await collectGarbage();
    return read('JSEventListeners', 'Nodes');
  };
  for (let at = 0; at < 4; at++) await turn(at);
  const [listeners = 0, nodes = 0] = await measured();
  for (let at = 0; at < 15; at++) await turn(at);
  const [listenersLater, nodesLater] = await measured();
  console.log(`listeners: ${listeners}, 30 threads later ${listenersLater}`);
  console.log(`nodes: ${nodes}, 30 threads later ${nodesLater}`);
  expect(listenersLater).toBeLessThanOrEqual(listeners);
  expect(nodesLater).toBeLessThanOrEqual(nodes);
});

test('a thread of 1,000 items opens in no more than 1.3 times the time of one of 100', {
  tag: '@timing',
}, async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({}), 'chatkit/items');
  const [long, short] = [await askedIn(host, 'thousand'), await askedIn(host, 'hundred')];
  const { read, collectGarbage } = await metricsOf(page);
  const opened = async (thread: string) => {
    await page.evaluate(() => window.chat.setThreadId(null));
    await drawn(page);
    await collectGarbage();
    const [before = 0] = await read('TaskDuration');
    await page.evaluate((id) => window.chat.setThreadId(id), thread);
    await expect(host.answers().last()).toHaveText('All of them are stored.');
    await page.waitForLoadState('networkidle');
    await drawn(page);
    const [after = 0] = await read('TaskDuration');
    return (after - before) * 1000;
  };
  await opened(long);
  await opened(short);
  const times = { long: [] as number[], short: [] as number[] };
  for (let at = 0; at < 7; at++) {
    times.long.push(await opened(long));
    times.short.push(await opened(short));
  }
  const median = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
  const ratio = median(times.long) / median(times.short);
  console.log(
    `main-thread time to open 1,000 items: ${median(times.long).toFixed(0)} ms, 100 items: ${median(times.short).toFixed(0)} ms, ratio ${ratio.toFixed(2)}`,
  );
  expect(ratio).toBeLessThanOrEqual(1.3);
});
