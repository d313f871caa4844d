import type { Frame } from '@playwright/test';
import { type ChatPage, expect, test } from './chat-page';
import { HostPage } from './host-page';

/** Widths and heights of a phone, of 200 % and of 400 % zoom, with the part of it that is the conversation. */
const ROOMS = [
  [320, 568, 1 / 2],
  [640, 400, 1 / 2],
  [320, 256, 1 / 3],
] as const;

async function hasRoom(chat: ChatPage, where: string) {
  for (const [width, height, part] of ROOMS) {
    await chat.page.setViewportSize({ width, height });
    const seen = async () => ((await chat.frame.locator('.thread').boundingBox())?.height ?? 0) / height;
    await expect.poll(seen, `${where} at ${width}x${height}`).toBeGreaterThanOrEqual(part);
    console.log(`${where} at ${width}x${height}: ${Math.round((await seen()) * 100)} % is the conversation`);
    // 1.4.10: nothing scrolls in two dimensions.
    for (const frame of chat.page.frames()) expect(await sideways(frame), `${where} ${width}`).toBe(0);
  }
}

const sideways = (frame: Frame) =>
  frame.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const thread = document.querySelector('.thread');
    return Math.max(scrollWidth - clientWidth, thread ? thread.scrollWidth - thread.clientWidth : 0);
  });

/** What can be pressed and is smaller than 24 pixels, with less room around it than that (WCAG 2.5.8). */
const smallTargets = (frame: Frame) =>
  frame.evaluate(() => {
    const targets = [
      ...document.querySelectorAll<HTMLElement>(
        'button, a[href], input:not([type="hidden"]), select, textarea, summary',
      ),
    ].filter(
      (one) => one.checkVisibility({ opacityProperty: false }) && !one.closest('[hidden], .visually-hidden'),
    );
    const inText = (one: HTMLElement) => one.matches('.md a, .cite, .disclaimer a, p a');
    return targets
      .filter((one) => !inText(one) && one.tabIndex >= 0)
      .filter((one) => {
        const target = one.matches('input') ? (one.closest('label') ?? one) : one;
        const { width, height } = target.getBoundingClientRect();
        return width > 0 && (width < 24 || height < 24);
      })
      .map(
        (one) =>
          `${one.className} ${one.getAttribute('aria-label') ?? one.textContent} ${one.offsetWidth}x${one.offsetHeight}`,
      );
  });

test('at least half of a small screen is the conversation, and a third at 400 %', async ({
  chat,
  page,
  baseURL,
}) => {
  await chat.open('lock');
  await chat.ask("What are tonight's odds?");
  await chat.answered();
  await hasRoom(chat, 'the demo page');
  await page.setViewportSize({ width: 320, height: 568 });
  // One header: that of the chat.
  await expect(page.getByRole('banner')).toHaveCount(0);
  await expect(chat.button('Menu')).toBeVisible();

  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({ ...window.looks(), header: { title: { text: 'Support' } } }));
  await host.ask('Hello');
  await host.answered();
  await hasRoom(host, 'an embed with everything in it');
  await page.setViewportSize({ width: 320, height: 256 });
  // The disclaimer scrolls with the conversation.
  await expect(host.frame.getByText('Answers may be wrong.').filter({ visible: true })).toHaveCount(1);
  await host.shot('room-256');
});

test('a long notice leaves a phone to the chat, and is read below it', async ({ page, baseURL }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    composer: { placeholder: 'Ask about the odds, the players or the news' },
    disclaimer: {
      text: `${'For information and entertainment. No bets are placed here. '.repeat(2)}Need help?`,
    },
  }));
  const foot = host.frame.getByRole('contentinfo');
  const notice = host.frame.getByText('Need help?').filter({ visible: true });
  await expect(notice).toHaveCount(1);
  await expect(foot).not.toContainText('Need help?', { useInnerText: true });
  await expect(host.composer).toHaveCSS('text-overflow', 'ellipsis');
  await host.shot('room-notice-320');
  await host.ask('Hello');
  await host.answered();
  await notice.scrollIntoViewIfNeeded();
  await expect(notice).toBeInViewport();
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect(foot).toContainText('Need help?', { useInnerText: true });
});

test('everything that can be pressed has 24 pixels', async ({ chat, page }) => {
  await chat.withOwnHistory();
  await chat.open('items');
  await chat.ask('everything');
  await chat.answered();
  for (const [width, height] of [
    [1280, 800],
    [320, 568],
    [320, 256],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const frame of page.frames()) expect.soft(await smallTargets(frame), `${width}`).toEqual([]);
  }
  await chat.ask('questions');
  await chat.answered();
  await chat.button('History').click();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  for (const frame of page.frames()) expect.soft(await smallTargets(frame)).toEqual([]);
  await chat.open('widgets');
  await chat.ask('all');
  await chat.answered();
  for (const frame of page.frames()) expect.soft(await smallTargets(frame)).toEqual([]);
});

test('a start screen that is higher than its place begins at its first line, and an error keeps its words together', async ({
  page,
  baseURL,
}) => {
  await page.setViewportSize({ width: 320, height: 600 });
  const host = await HostPage.open(page, baseURL);
  await host.set(
    () => ({
      startScreen: {
        greeting: 'What would you like to know about the lock, its keys and its history?',
        prompts: [1, 2, 3, 4, 5, 6, 7].map((number) => ({ label: `Question ${number}`, prompt: 'Hello' })),
      },
    }),
    'chatkit/items',
  );
  const main = host.frame.locator('main');
  await expect(host.frame.locator('.start')).toBeVisible();
  const [inside, wanted] = await main.evaluate((box) => [box.clientHeight, box.scrollHeight]);
  expect(wanted).toBeGreaterThan(inside as number);
  const top = async (selector: string) => (await host.frame.locator(selector).boundingBox())?.y ?? Number.NaN;
  expect(await top('.start h1')).toBeGreaterThanOrEqual(await top('main'));

  await host.ask('error');
  const failure = host.frame.getByRole('alert');
  await expect(failure).toContainText('The model is busy.');
  const lines = await failure.locator('[dir]').evaluate((words) => {
    const range = document.createRange();
    range.selectNodeContents(words);
    return range.getClientRects().length;
  });
  expect(lines).toBe(1);
});
