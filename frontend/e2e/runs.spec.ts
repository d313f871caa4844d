import { type ChatPage, expect, test } from './chat-page';
import { openLine } from './line';

const QUESTION = 'How does an answer survive a reload?';
const RUN_OF_THREAD = /\/chatkit\/threads\/[^/]+\/run$/;
/** Slow enough to act in the middle of an answer. */
const SLOW = 16_000;

/** The demo answers within a second or two, so it is asked until a reload finds an answer still being written. */
async function reloadInTheMiddle(chat: ChatPage) {
  await expect(async () => {
    await chat.slowDown(-1);
    await chat.answered();
    await chat.ask(QUESTION);
    await expect(chat.log.locator('.w-item').last()).toBeVisible();
    const told = chat.page.waitForResponse(RUN_OF_THREAD);
    // The line is slow before the answer is followed, so that all of it comes in slowly.
    await chat.page.unroute(RUN_OF_THREAD);
    await chat.page.route(RUN_OF_THREAD, async (route) => {
      await chat.slowDown(SLOW);
      await route.continue();
    });
    await chat.page.reload();
    const { run } = await (await told).json();
    await chat.page.unroute(RUN_OF_THREAD);
    expect(run).toMatchObject({ status: 'running' });
  }).toPass();
}

/** What the person sees is what the server has. */
async function isWhole(chat: ChatPage) {
  await chat.slowDown(-1);
  await chat.answered();
  const seen = await chat.log.getByRole('article').allInnerTexts();
  await chat.page.reload();
  await expect.poll(() => chat.log.getByRole('article').allInnerTexts()).toEqual(seen);
  await expect(chat.answers().last()).not.toBeEmpty();
  await expect(chat.frame.getByRole('alert')).toHaveCount(0);
}

const lengthOf = (chat: ChatPage) => chat.log.innerText().then((text) => text.length);

test('a reload in the middle of an answer goes on streaming it to its end', async ({ chat }) => {
  await chat.open();
  await reloadInTheMiddle(chat);
  await expect(chat.button('Stop')).toBeVisible();
  const before = await lengthOf(chat);
  await expect.poll(() => lengthOf(chat), 'words go on coming in').toBeGreaterThan(before);
  await expect(chat.button('Stop')).toBeVisible();
  await chat.shot('10-followed');
  await isWhole(chat);
});

test('Stop works after a reload', async ({ chat, page }) => {
  await chat.open();
  await reloadInTheMiddle(chat);
  const cancelled = page.waitForResponse(/\/chatkit\/runs\/[^/]+\/cancel$/);
  await chat.button('Stop').click();
  expect((await cancelled).ok()).toBe(true);
  await chat.answered();
  await expect(chat.frame.getByRole('alert')).toHaveCount(0);
});

test('a line that is lost in the middle of an answer heals by itself', async ({ chat, page, baseURL }) => {
  const line = await openLine(baseURL ?? '');
  const lost = chat.frame.getByText('Connection lost. Reconnecting…');
  await page.goto(line.url);
  await expect(chat.composer).toBeVisible();
  const lostNow = line.breakAnswers(4_000);
  await chat.ask(QUESTION);
  await lostNow;
  await chat.goOffline();
  await expect(lost).toBeVisible();
  await expect(chat.button('Stop')).toBeVisible();
  await chat.shot('11-reconnecting');
  line.mend();
  await chat.slowDown(-1);
  await expect(lost).toHaveCount(0);
  await isWhole(chat);
  line.close();
});

test('an answer goes on over a line that breaks again and again', async ({ chat, page, baseURL }) => {
  const line = await openLine(baseURL ?? '');
  chat.tolerated = /net::ERR_/;
  await page.goto(line.url);
  await expect(chat.composer).toBeVisible();
  // 300 bytes end within a response's head, which a browser takes for a whole response without a body. Each break
  // comes early, because one that the end of the answer comes before would be waited for in vain.
  const brokenOften = line.breakAnswers(2_000, 300, 1_500, 1_500);
  await chat.ask(QUESTION);
  await brokenOften;
  line.mend();
  await isWhole(chat);
  line.close();
});

test('two tabs follow one answer', async ({ chat, context }) => {
  await chat.open();
  await reloadInTheMiddle(chat);
  const second = await context.newPage();
  await second.goto('./');
  const answer = second.frameLocator('iframe').getByRole('article', { name: 'Answer' }).last();
  await isWhole(chat);
  await expect.poll(() => answer.innerText()).toBe(await chat.answers().last().innerText());
  await second.close();
});

test('link.js gives a page with another chat element the same fetch', async ({ chat, page }) => {
  await chat.open();
  await page.addScriptTag({ url: './link.js' });
  const answer = await page.evaluate(async () => {
    const input = { content: [{ type: 'input_text', text: 'What is a run?' }], attachments: [] };
    const response = await window.ChatKitLink.fetch('chatkit', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        type: 'threads.create',
        params: { input: { ...input, inference_options: {} } },
        metadata: {},
      }),
    });
    return response.text();
  });
  expect(answer).toContain('"allow_cancel":true');
  expect(answer).toMatch(/"type":"thread\.item\.done"[^\n]*\n\n: end\n\n$/);
});
