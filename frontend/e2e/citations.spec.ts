import { hasNothingSerious } from './axe';
import { expect, test } from './chat-page';

test('a citation has a card: for the pointer, for the keyboard, and it is put away with Escape', async ({
  chat,
  page,
}) => {
  await chat.open();
  await chat.ask('How does an answer survive a reload?');
  await chat.answered();
  const mark = chat.log.locator('.cite').first();
  const card = chat.frame.getByRole('note');
  await mark.hover();
  await expect(card).toBeVisible();
  await expect(card.getByRole('blockquote')).not.toBeEmpty();
  const address = await mark.getAttribute('href');
  await expect(card.getByRole('link', { name: 'Open' })).toHaveAttribute('href', address ?? '');
  // It stays under the pointer.
  await card.hover();
  await card.getByRole('link', { name: 'Open' }).hover();
  await expect(card).toBeVisible();
  await chat.shot('citation-card');
  await hasNothingSerious(chat, 'card of a citation');
  await mark.hover();
  await chat.composer.focus();
  await mark.hover();
  await expect(card).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
  await page.mouse.move(0, 0);
  await chat.composer.focus();
  while (!(await mark.evaluate((element) => element === element.ownerDocument.activeElement)))
    await page.keyboard.press('Shift+Tab');
  await expect(card).toBeVisible();
  expect(await mark.getAttribute('aria-describedby')).toBe(await card.getAttribute('id'));
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
  await expect(mark).toBeFocused();
});

test.describe('with a finger', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('the first tap on a citation shows its card, whose link opens the source', async ({ chat, page }) => {
    await chat.open();
    await chat.ask('How does an answer survive a reload?');
    await chat.answered();
    const card = chat.frame.getByRole('note');
    await chat.log.locator('.cite').first().tap();
    await expect(card).toBeVisible();
    expect(page.context().pages()).toHaveLength(1);
    await chat.shot('citation-card-phone');
    const opened = page.context().waitForEvent('page');
    await card.getByRole('link', { name: 'Open' }).tap();
    await (await opened).close();
    await chat.frame
      .locator('.assistant')
      .first()
      .tap({ position: { x: 5, y: 5 } });
    await expect(card).toBeHidden();
  });
});
