import { openBreakableConnection } from './breakable-connection';
import { type ChatPage, expect, test } from './chat-page';

/** What the user sees is what the server has, and it is the whole story. */
async function isWhole(chat: ChatPage) {
  await chat.answered();
  const seen = await chat.log.getByRole('article').allInnerTexts();
  expect(seen.at(-1)).toContain('Line 200:');
  expect(seen.at(-1)?.match(/Line 150:/g)).toHaveLength(1);
  await chat.page.reload();
  await expect.poll(() => chat.log.getByRole('article').allInnerTexts()).toEqual(seen);
  await expect(chat.frame.getByRole('alert')).toHaveCount(0);
}

test('a reload in the middle of an answer goes on streaming it to its end', async ({ chat, page }) => {
  await chat.open('story');
  await chat.askForStory();
  await page.reload();
  await chat.isHalfTold();
  await chat.shot('10-followed');
  await chat.goOn();
  await isWhole(chat);
});

test('Stop works after a reload', async ({ chat, page }) => {
  await chat.open('story');
  await chat.askForStory();
  await page.reload();
  await chat.isHalfTold();
  const cancelled = page.waitForResponse(/\/chatkit\/runs\/[^/]+\/cancel$/);
  await chat.button('Stop').click();
  expect((await cancelled).ok()).toBe(true);
  await chat.answered();
  await expect(chat.frame.getByRole('alert')).toHaveCount(0);
  await page.reload();
  await expect(chat.answers().last()).toContainText('Line 100:');
  await expect(chat.answers().last()).not.toContainText('Line 101:');
});

test('a line that is lost in the middle of an answer heals by itself', async ({ chat, page, baseURL }) => {
  const line = await openBreakableConnection(baseURL ?? '');
  const lost = chat.frame.getByText('Connection lost. Reconnecting…');
  await page.goto(`${line.url}?agent=story`);
  await expect(chat.composer).toBeVisible();
  const lostNow = line.breakAnswers(4_000);
  await chat.ask('Tell me a story');
  await lostNow;
  await chat.goOffline();
  await expect(lost).toBeVisible();
  await expect(chat.button('Stop')).toBeVisible();
  await chat.shot('11-reconnecting');
  line.mend();
  await chat.goOnline();
  await expect(lost).toHaveCount(0);
  await chat.isHalfTold();
  await chat.goOn();
  await isWhole(chat);
  line.close();
});

test('an answer goes on over a line that breaks again and again', async ({ chat, page, baseURL }) => {
  const line = await openBreakableConnection(baseURL ?? '');
  chat.tolerated = /net::ERR_/;
  await page.goto(`${line.url}?agent=story`);
  await expect(chat.composer).toBeVisible();
  // 300 bytes end within a response's head, which a browser takes for a whole response without a body.
  const brokenOften = line.breakAnswers(2_000, 300, 1_500, 1_500);
  await chat.ask('Tell me a story');
  await brokenOften;
  line.mend();
  await chat.isHalfTold();
  await chat.goOn();
  await isWhole(chat);
  line.close();
});

test('two tabs follow one answer', async ({ chat, context }) => {
  await chat.open('story');
  await chat.askForStory();
  const second = await context.newPage();
  await second.goto('./?agent=story');
  const answer = second.frameLocator('iframe').getByRole('article', { name: 'Answer' }).last();
  await expect(answer).toContainText('Line 100:');
  await chat.goOn();
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
