import type { ChatPage } from './chat-page';
import { expect, test } from './chat-page';
import { LiveRegions } from './live-region';

const SECOND = 'What it reads meanwhile is what was there before.';
const LAST = 'That is why a reader is never kept waiting, however long the change takes.';

test('a stopped answer is told as far as it came, and nothing is told again after a reload or in the history', async ({
  chat,
  page,
}) => {
  await chat.withOwnHistory();
  const live = await LiveRegions.of(page);
  await chat.open('heard');
  await chat.ask('endless');
  await live.tell(SECOND);
  expect(await live.words()).not.toContain(LAST);
  await chat.button('Stop').click();
  await live.tell(LAST);

  await page.reload();
  await expect(chat.answers().last()).toContainText(LAST);
  await chat.ask('japanese');
  await live.tell('冬は少なめで大丈夫です。');
  await chat.openHistory();
  await chat.history.getByRole('listitem').first().getByRole('button').first().click();
  await expect(chat.answers()).toHaveCount(2);
  const words = await live.words();
  expect(words).not.toContain(SECOND);
  expect(words.split('冬は少なめで大丈夫です。')).toHaveLength(2);
});

test('a page that is loaded in the middle of an answer tells what comes from then on', async ({
  chat,
  page,
}) => {
  const live = await LiveRegions.of(page);
  await chat.open('story');
  await chat.askForStory();
  await live.tell('Line 99:');
  await page.reload();
  await chat.isHalfTold();
  const sinceLoad = () => page.evaluate(() => performance.now());
  const loaded = await sinceLoad();
  await expect.poll(sinceLoad).toBeGreaterThan(loaded + 1_500);
  await chat.goOn();
  await live.tell('Line 200:');
  const words = await live.words();
  expect(words).not.toContain('Line 1:');
  expect(words).not.toContain('Line 99:');
  expect(words.split('Line 150:')).toHaveLength(2);
});

test('work in progress, notices and errors are told, each once', async ({ chat, page }) => {
  const live = await LiveRegions.of(page);
  await chat.open('items');
  await chat.ask('at work');
  await live.tell('Asking two more places…');
  await chat.goOn('items');
  await chat.answered();
  await live.tell('Made for this answer All of it is done.');
  await chat.ask('everything');
  await chat.answered();
  await live.tell('You have used 80 of 100 messages. See plans');
  await live.tell('Code block, python.');
  await live.tell('Row locks. Two writers, one row.');
  await chat.ask('error');
  await live.tell('This far it went.');
  // An alert is told by itself.
  await expect(chat.frame.getByRole('alert').getByText('The model is busy.')).toBeVisible();
  const words = await live.words();
  for (const silent of ['The model is busy', 'The search was not available', 'session.get', '**', '](']) {
    expect(words).not.toContain(silent);
  }
  await chat.ask('questions');
  await live.tell('How large is the table? Who writes to it? What is slow?');
  await chat.button('Copy your message').last().click();
  await expect(chat.frame.getByRole('status').filter({ hasText: 'Copied' })).toHaveCount(1);
});

test('a board is read by the row, its buttons by their place, and what a click has done is told', async ({
  chat,
  page,
}) => {
  const live = await LiveRegions.of(page);
  await chat.open('lock');
  await chat.ask("What are tonight's odds?");
  await chat.answered();
  await live.tell('Odds board');
  const board = chat.log.getByRole('group', { name: 'Odds board' });
  await expect(board).toMatchAriaSnapshot(`
    - button "Spread" [pressed]
    - button "Total"
    - button "Moneyline"
  `);
  const parlay = chat.log.getByRole('group', { name: 'Your slip' });
  for (const [game, team] of [
    ['New York Yankees @ Boston Red Sox', 'New York Yankees'],
    ['Los Angeles Lakers @ Golden State Warriors', 'Los Angeles Lakers'],
  ]) {
    const table = board.getByRole('table', { name: game });
    const bookmaker = (await table.getByRole('rowheader').first().innerText()).trim();
    await table.getByRole('button', { name: new RegExp(`${team}, ${bookmaker}$`) }).click();
    await chat.answered();
    await live.tell(`Added ${team} `);
  }
  await board.getByRole('button', { name: /^Open slip: 2 legs at/ }).click();
  await chat.answered();
  const removes = parlay.getByRole('button', { name: /^Remove (New York Yankees|Los Angeles Lakers) / });
  await expect(removes).toHaveCount(2);
  const name = ((await removes.first().getAttribute('aria-label')) ?? '').replace('Remove ', '');
  const before = (await live.words()).length;
  await removes.first().click();
  await expect.poll(async () => (await live.words()).slice(before)).toContain('Removed: ');
  expect((await live.words()).slice(before)).toContain(name);
  await chat.shot('heard-parlay');
});

const named = (chat: ChatPage, name: string) => chat.log.getByRole('group', { name, exact: true });

test('every family of widgets has names, captions and lines, and a choice is seen in forced colours', async ({
  chat,
  page,
}) => {
  const live = await LiveRegions.of(page);
  await chat.open('widgets');
  await chat.ask('order dashboard table chart list-view flight player form');
  await chat.answered();
  await live.tell('Your order.');
  const lines = named(chat, 'Sales').getByRole('paragraph');
  await expect(lines.nth(0)).toHaveText('Sales, +12 %, this half-year');
  await expect(lines.nth(1)).toHaveText('Orders, 1,524, Revenue, € 48k, Returns, 1.8 %');
  await expect(named(chat, 'Sales').getByRole('table', { name: 'Sales' })).toHaveCount(2);
  await expect(chat.log.getByRole('table', { name: 'Visitors' })).toHaveCount(1);
  await expect(chat.log.getByRole('rowheader', { name: 'Tent for two' }).first()).toBeVisible();
  await expect(chat.button('Search loses the last letter, Opened by Ada, 2 hours ago, urgent')).toBeVisible();
  await expect(chat.button('skip back')).toBeVisible();
  await expect(chat.log.getByText(/^OSL$/).locator('xpath=ancestor::*[@role="paragraph"]')).toHaveCount(1);

  await chat.open('lock');
  await chat.ask("What are tonight's odds?");
  await chat.answered();
  await page.emulateMedia({ forcedColors: 'active' });
  const fill = (name: string) =>
    chat.button(name).evaluate((button) => getComputedStyle(button).backgroundColor);
  expect(await fill('Spread')).not.toBe(await fill('Total'));
  await chat.button('Total').click();
  await expect(chat.button('Total')).toHaveAttribute('aria-pressed', 'true');
  await expect(chat.button('Spread')).toHaveAttribute('aria-pressed', 'false');
});
