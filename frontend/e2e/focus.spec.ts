import type { Locator, Page } from '@playwright/test';
import { type ChatPage, expect, test } from './chat-page';

/** Where the focus is inside the frame: a label, or the name of what is not a control. */
const focusedIn = (chat: ChatPage) =>
  chat.frame.locator('body').evaluate((body) => {
    const { activeElement: at } = body.ownerDocument;
    if (!at || at === body) return 'body';
    return at.getAttribute('aria-label') || at.textContent?.trim() || at.className;
  });

/** The focus is on something, also a moment after what was pressed has done its work. */
async function isKept(chat: ChatPage, after: string) {
  await expect.poll(() => focusedIn(chat), `focus after ${after}`).not.toBe('body');
}

/** Presses a button as the keyboard does. */
async function press(button: Locator, key = 'Enter') {
  await button.focus();
  await button.press(key);
}

const pageFocus = (page: Page) =>
  page.evaluate(() => {
    const { activeElement: at } = document;
    return at === document.body
      ? 'body'
      : (at?.getAttribute('aria-label') ?? at?.textContent?.trim() ?? at?.tagName);
  });

test('no button of a widget loses the focus, while it works and when the server redraws it', async ({
  chat,
}) => {
  await chat.open('lock');
  await chat.ask("What are tonight's odds?");
  await chat.answered();
  const price = chat.log.locator('.w-button', { hasText: /[+-]\d{3}/ });
  await press(price.first());
  await isKept(chat, 'a price, at once');
  await chat.answered();
  await isKept(chat, 'a price');
  expect(await focusedIn(chat)).toMatch(/[+-]\d{3}/);
  await press(price.nth(3));
  await chat.answered();
  const works = async (name: RegExp) => {
    await press(chat.log.getByRole('button', { name }).last());
    await isKept(chat, `${name}, at once`);
    await chat.answered();
    await isKept(chat, String(name));
  };
  for (const name of [/^Total/, /^Refresh/, /^Open slip/, /^Remove/]) await works(name);
  await press(price.first());
  await chat.answered();
  for (const name of [/^Set stake/, /^Review/, /^Back/, /^Review/, /^Confirm/]) await works(name);
});

test('lists, forms and pickers keep the focus', async ({ chat, page }) => {
  await chat.open('widgets');
  await chat.ask('list-view order');
  await chat.answered();
  const more = chat.log.getByRole('button', { name: /^Show \d+ more/ }).first();
  await press(more);
  await isKept(chat, 'Show more');
  expect(await focusedIn(chat)).not.toMatch(/Show \d+ more/);
  await press(chat.log.locator('.w-item-hit').first());
  await isKept(chat, 'a row, at once');
  await chat.answered();
  await isKept(chat, 'a row');
  const card = chat.log.locator('.w-card').last();
  await card.getByRole('button', { name: /Colour/ }).press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  await isKept(chat, 'Escape in a select');
  expect(await focusedIn(chat)).toMatch(/Colour/);
});

test('what ends an answer or begins one leaves the focus where one goes on', async ({ chat, page }) => {
  await chat.open('story');
  await chat.askForStory();
  await chat.composer.fill('And then?');
  await chat.composer.press('Enter');
  const waiting = chat.frame.getByRole('list', { name: 'Waiting messages' });
  await expect(waiting).toContainText('And then?');
  await expect(chat.composer).toBeFocused();
  await press(chat.button('Stop'));
  await expect(chat.composer).toBeFocused();
  await chat.answered();
  await press(waiting.getByRole('button', { name: 'Remove' }));
  await expect(waiting).toBeHidden();
  await isKept(chat, 'Remove of a message that waited');
  await chat.open('items');
  await chat.ask('error');
  await chat.answered();
  await press(chat.button('Try again'));
  await expect(chat.composer).toBeFocused();
  await expect(chat.button('Try again')).toBeVisible();
  await press(chat.button('Retry').last());
  await expect(chat.composer).toBeFocused();
  await chat.answered();
  await chat.ask('questions');
  await chat.answered();
  await press(chat.button('Skip'));
  await isKept(chat, 'Skip');
  await chat.answered();
  await press(chat.button('New chat'));
  await expect(chat.composer).toBeFocused();
  await press(chat.button('New chat'));
  await isKept(chat, 'New chat on a new chat');
  await page.keyboard.type('x');
  await expect(chat.composer).toHaveValue('x');
});

test('the history holds the focus, and a deleted row leaves it to the next', async ({ chat, page }) => {
  await chat.withOwnHistory();
  await chat.open('items');
  for (const name of ['one', 'two', 'three']) {
    await press(chat.button('New chat'));
    await chat.ask(name);
    await chat.answered();
  }
  await press(chat.button('History'));
  await expect(chat.history.getByRole('listitem')).toHaveCount(3);
  for (let at = 0; at < 24; at++) {
    await page.keyboard.press(at < 12 ? 'Tab' : 'Shift+Tab');
    await expect(chat.history.locator(':focus'), `Tab ${at}`).toHaveCount(1);
  }
  const next = await chat.history.locator('.entry-title').nth(1).getAttribute('aria-label');
  await press(chat.history.getByRole('button', { name: 'Delete' }).first());
  const dialog = chat.frame.getByRole('alertdialog');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(dialog.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(chat.history).toBeVisible();
  await press(chat.history.getByRole('button', { name: 'Delete' }).first());
  await press(dialog.getByRole('button', { name: 'Delete' }));
  await expect(chat.history.getByRole('listitem')).toHaveCount(2);
  await expect.poll(() => focusedIn(chat)).toBe(next);
  await press(chat.history.getByRole('button', { name: 'Rename' }).first());
  await page.keyboard.press('Escape');
  await isKept(chat, 'Escape in a title');
  await page.keyboard.press('Escape');
  await expect(chat.history).toBeHidden();
  await expect(chat.button('History')).toBeFocused();
});

test('Escape closes what is on top, and an answer goes on behind it', async ({ chat, page }) => {
  await chat.withOwnHistory();
  await chat.open('story');
  await chat.askForStory();
  await press(chat.button('History'));
  await page.keyboard.press('Escape');
  await expect(chat.history).toBeHidden();
  await expect(chat.button('Stop')).toBeVisible();
  await page.keyboard.press('Escape');
  await chat.answered();
});

test('the settings are the next stop after their button, and give the focus back', async ({ chat, page }) => {
  await chat.open();
  const opener = page.getByRole('button', { name: 'Settings', exact: true });
  await press(opener);
  const panel = page.getByRole('complementary', { name: 'Settings' });
  await expect(panel).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(panel.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(opener).toBeFocused();
  await press(opener);
  await press(page.getByRole('button', { name: 'Close the settings' }));
  await expect(opener).toBeFocused();
  await press(page.getByRole('button', { name: 'Collapse the sidebar' }));
  await expect.poll(() => pageFocus(page)).toBe('Expand the sidebar');
  await page.keyboard.press('Enter');
  await expect.poll(() => pageFocus(page)).toBe('Collapse the sidebar');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('the drawer and the settings of the page hold the focus, and give it back to the chat', async ({
    chat,
    page,
  }) => {
    await chat.open('story');
    for (const [opener, name] of [
      ['Menu', 'Agents and chats'],
      ['Settings', 'Settings'],
    ] as const) {
      await press(chat.button(opener));
      const dialog = page.getByRole('dialog', { name });
      await expect(dialog).toBeVisible();
      await page.keyboard.press('Shift+Tab');
      for (let at = 0; at < 30; at++) await page.keyboard.press('Tab');
      await expect(dialog.locator(':focus')).toHaveCount(1);
      await page.keyboard.press('Escape');
      await expect(dialog).toBeHidden();
      await expect(chat.button(opener)).toBeFocused();
      await press(chat.button(opener));
      await press(dialog.getByRole('button', { name: /^Close/ }));
      await expect(chat.button(opener)).toBeFocused();
    }
    await expect(page.getByRole('banner')).toHaveCount(0);
  });
});
