import { hasNothingSerious } from './axe';
import { expect, test } from './chat-page';

test('axe-core finds nothing serious on the start screen and in the history', async ({ chat }) => {
  await chat.withOwnHistory();
  await chat.open('items');
  await hasNothingSerious(chat, 'start screen');
  await chat.ask('close');
  await expect(chat.frame.getByText('This ticket is solved.')).toBeVisible();
  await chat.openHistory();
  await hasNothingSerious(chat, 'history');
  await chat.history.press('Escape');
  await hasNothingSerious(chat, 'closed thread');
});

test('axe-core finds nothing serious in a thread with every kind of item', async ({ chat }) => {
  await chat.open('items');
  await chat.ask('everything');
  await chat.answered();
  await chat.button('Thought for 1 min 5 sec').click();
  await hasNothingSerious(chat, 'everything');
  await chat.button('Enlarge Made for this answer').click();
  await hasNothingSerious(chat, 'enlarged picture');
});

test('axe-core finds nothing serious in questions, and in work in progress', async ({ chat }) => {
  await chat.open('items');
  await chat.ask('questions');
  await chat.answered();
  await hasNothingSerious(chat, 'questions');
  await chat.button('Skip').click();
  await expect(chat.log.getByText('Questions skipped')).toBeVisible();
  await chat.answered();
  await chat.ask('at work');
  await expect(chat.frame.getByText('Asking two more places…')).toBeVisible();
  await hasNothingSerious(chat, 'at work');
  await chat.goOn('items');
  await chat.answered();
});

test('the keyboard reaches everything, and comes back to the composer', async ({ chat, page }) => {
  await chat.withOwnHistory();
  await chat.open('items');
  await chat.ask('everything');
  await chat.answered();
  const focused = () =>
    chat.frame
      .locator(':focus')
      .evaluate((element) => element.getAttribute('aria-label') ?? element.textContent);
  const reached: (string | null)[] = [];
  await chat.composer.focus();
  do {
    await page.keyboard.press('Shift+Tab');
    reached.push(await focused());
  } while (!/^History/.test(reached.at(-1) ?? '') && reached.length < 60);
  for (const name of [
    'See plans',
    'Retry',
    'Bad response',
    'Good response',
    'Copy',
    'Enlarge Made for this answer',
    'Copy code',
    'Table',
    'Looked into locks',
    'Copy your message',
    'New chat',
    'History',
  ]) {
    expect(reached).toContain(name);
  }
  await chat.button('Looked into locks').focus();
  await page.keyboard.press('Enter');
  await expect(chat.button('Looked into locks')).toHaveAttribute('aria-expanded', 'false');
});

test('who wants no motion gets none', async ({ chat, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await chat.open('items');
  await chat.ask('at work');
  await expect(chat.frame.getByText('Asking two more places…')).toBeVisible();
  const moving = await chat.log.evaluate(
    (log) =>
      log.ownerDocument
        .getAnimations()
        .filter((one) => Number(one.effect?.getComputedTiming().activeDuration) > 1).length,
  );
  expect(moving).toBe(0);
  await chat.goOn('items');
  await chat.answered();
});

test('nothing is cut off at 320 pixels, nor stretched at 2,560', async ({ chat, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await chat.open('items');
  await chat.ask('everything');
  await chat.answered();
  const wider = () =>
    chat.log.evaluate((log) => {
      const edge = log.ownerDocument.documentElement.clientWidth;
      const inside = (element: Element) => element.closest('.md-table, .md-pre') !== null;
      return [...log.querySelectorAll('*')]
        .filter((element) => element.getBoundingClientRect().right > edge + 1 && !inside(element))
        .map((element) => element.outerHTML.slice(0, 80));
    });
  expect(await wider()).toEqual([]);
  await chat.shot('a11y-320');
  await page.setViewportSize({ width: 2560, height: 900 });
  expect(await wider()).toEqual([]);
  expect((await chat.log.boundingBox())?.width).toBeLessThan(800);
  await chat.shot('a11y-2560');
});

test('axe-core finds nothing serious in the settings of the demo page', async ({ chat, page }) => {
  await chat.open();
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const panel = page.getByRole('complementary', { name: 'Settings' });
  for (const section of ['Header', 'Start screen', 'Composer']) {
    await panel.getByText(section, { exact: true }).click();
  }
  await hasNothingSerious(chat, 'settings');
  await page.getByRole('tab', { name: 'Code' }).click();
  await hasNothingSerious(chat, 'code of the settings');
});

test('axe-core finds nothing serious in menus, errors and a chat that is renamed or deleted', async ({
  chat,
  page,
}) => {
  await chat.withOwnHistory();
  await chat.open('mirror');
  await chat.button('Add files and tools').click();
  await expect(chat.frame.getByRole('menu')).toBeVisible();
  await hasNothingSerious(chat, 'tools');
  await page.keyboard.press('Escape');
  await chat.button(/^Model:/).click();
  await expect(chat.frame.getByRole('menu')).toBeVisible();
  await hasNothingSerious(chat, 'models');
  await page.keyboard.press('Escape');

  await chat.open('items');
  await chat.ask('error');
  await expect(chat.frame.getByRole('alert')).toContainText('The model is busy.');
  await hasNothingSerious(chat, 'an answer that failed');

  await chat.openHistory();
  await (await chat.entry()).getByRole('button', { name: 'Rename' }).click();
  await hasNothingSerious(chat, 'a title in the making');
  await page.keyboard.press('Escape');
  await (await chat.entry()).getByRole('button', { name: 'Delete' }).click();
  await hasNothingSerious(chat, 'a chat about to be deleted');
});

test('axe-core finds nothing serious on the odds board, on a slip, in its refusal and its review', async ({
  chat,
}) => {
  await chat.open('lock');
  await chat.ask("What are tonight's odds?");
  await chat.answered();
  await chat.log.getByRole('button', { name: '★ -1.5 (' }).first().click();
  await chat.answered();
  await chat.button(/^Open slip/).click();
  await chat.answered();
  await hasNothingSerious(chat, 'odds and a slip');
  const stake = chat.frame.getByRole('spinbutton', { name: 'Stake in $' });
  await stake.fill('-5');
  await chat.button('Set stake').click();
  await expect(chat.log.getByText('A stake is an amount')).toBeVisible();
  await hasNothingSerious(chat, 'a refused stake');
  await stake.fill('5');
  await chat.button('Review slip').click();
  await expect(chat.button('Confirm slip')).toBeVisible();
  await hasNothingSerious(chat, 'a slip to confirm');
});

test('axe-core finds nothing serious in any sample of a widget', async ({ chat }) => {
  await chat.open('widgets');
  await chat.ask('all');
  await chat.answered();
  await expect(chat.log.locator('.recharts-surface').first()).toBeVisible();
  await hasNothingSerious(chat, 'widgets');
});
