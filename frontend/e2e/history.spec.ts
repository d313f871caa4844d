import { readFile } from 'node:fs/promises';
import { hasNothingSerious } from './axe';
import { type ChatPage, expect, test } from './chat-page';

/** Asks in a new chat, and waits until the sidebar lists it. */
async function askAnew(chat: ChatPage, question: string) {
  await chat.page.getByRole('button', { name: 'New chat' }).first().click();
  await expect(chat.log).toHaveCount(0);
  const before = await chat.chats.getByRole('link').count();
  await chat.ask(question);
  await chat.answered();
  await expect(chat.chats.getByRole('link')).toHaveCount(before + 1);
}

test('each agent has its own chats, and the address leads to the one that is open', async ({
  chat,
  page,
}) => {
  await chat.open('mirror');
  await askAnew(chat, 'About tea');
  await askAnew(chat, 'About coffee');
  await page
    .getByRole('link', { name: 'Items' })
    .or(page.getByRole('button', { name: 'Show all agents' }))
    .first()
    .click();
  await page.getByRole('link', { name: 'Items', exact: true }).click();
  await expect(chat.chats).toContainText('No chats yet.');
  await page.getByRole('link', { name: 'Mirror', exact: true }).click();
  await expect(chat.chats.getByRole('link')).toHaveCount(2);

  await chat.chats.getByRole('link').last().click();
  await expect(chat.answers().last()).toContainText('About tea');
  await expect(chat.chats.getByRole('link').last()).toHaveAttribute('aria-current', 'true');
  const address = page.url();
  expect(new URL(address).searchParams.get('thread')).toMatch(/^thr_/);
  await chat.chats.getByRole('link').first().click();
  await expect(chat.answers().last()).toContainText('About coffee');
  await page.goto(address);
  await expect(chat.answers().last()).toContainText('About tea');
});

test('an old chat is found by a word of it, with an accent or without one, at the message', async ({
  chat,
  page,
}) => {
  await chat.open('mirror');
  await askAnew(chat, 'A zebra crossed the street');
  for (let at = 0; at < 24; at++) {
    await chat.ask(`Line ${at}\n\nand more`);
    await chat.answered();
  }
  await askAnew(chat, 'Something else');
  await page.reload();
  await expect(chat.answers().last()).toContainText('Something else');

  await page.getByLabel('Search chats').fill('ZÉBRA');
  const hit = page.getByRole('navigation', { name: 'Found chats' }).getByRole('link');
  await expect(hit).toHaveCount(1);
  await expect(hit.locator('mark').first()).toHaveText('zebra');
  await hasNothingSerious(chat, 'found chats');
  await hit.click();
  await expect(chat.log.getByText('A zebra crossed the street').first()).toBeInViewport();

  await page.getByLabel('Search chats').fill('giraffe');
  await expect(page.getByText('Nothing found for “giraffe”.')).toBeVisible();
  await page.getByLabel('Search chats').press('Escape');
  await expect(chat.chats.getByRole('link')).toHaveCount(2);
});

test('a chat is pinned, and taken along as a document', async ({ chat, page }) => {
  await chat.open('mirror');
  await askAnew(chat, 'About tea');
  await askAnew(chat, 'About coffee');
  await chat.chats.getByRole('link').last().hover();
  await chat.chats
    .getByRole('button', { name: /^Actions for/ })
    .last()
    .click();
  await hasNothingSerious(chat, 'menu of a chat');
  await page.getByRole('menuitem', { name: 'Pin' }).click();
  await page.reload();
  const pinned = page.getByRole('region', { name: 'Pinned' });
  await expect(pinned.getByRole('link')).toHaveCount(1);

  await pinned.getByRole('link').hover();
  await pinned.getByRole('button', { name: /^Actions for/ }).click();
  const downloading = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Download as Markdown' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.md$/);
  const text = await readFile(await download.path(), 'utf8');
  expect(text).toContain('## You\n\nAbout tea');
});

test.describe('in Arabic', () => {
  test.use({ locale: 'ar' });

  test('the page is in the language and the direction of the chat', async ({ chat, page }) => {
    await page.goto('./?agent=mirror');
    const sidebar = page.getByRole('complementary', { name: 'الوكلاء والمحادثات' });
    await expect(sidebar).toBeVisible();
    expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual([
      'ar',
      'rtl',
    ]);
    const box = await sidebar.boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBe(1280);
    await expect(chat.frame.getByRole('textbox')).toBeVisible();
    await hasNothingSerious(chat, 'from the right');
  });
});
