import type { Locator } from '@playwright/test';
import { type ChatPage, expect, test } from './chat-page';

const cardOf = (chat: ChatPage, title: string) =>
  chat.log.locator('.w-card', { has: chat.frame.getByText(title, { exact: true }) });
const pricesOf = (board: Locator) => board.getByRole('table').getByRole('button');
const american = async (price: Locator) => (/[+-]\d{3,4}(?=\)?$)/.exec(await price.innerText()) ?? [''])[0];

async function openBoard(chat: ChatPage) {
  await chat.open('lock');
  await chat.ask("What are tonight's odds?");
  await chat.answered();
  return cardOf(chat, 'Odds board');
}

async function click(chat: ChatPage, button: Locator) {
  await button.click();
  await chat.answered();
}

test("tonight's odds become a parlay, a stake a payout, and a confirmed slip goes to the page", async ({
  chat,
  page,
}) => {
  await chat.open('lock');
  await chat.composer.pressSequentially('/ton');
  await chat.frame.getByRole('option', { name: /Tonight's odds/ }).click();
  await chat.answered();
  const board = cardOf(chat, 'Odds board');
  await expect(board).toContainText('Sample data');
  await expect(board).toContainText('New York Yankees @ Boston Red Sox');
  await chat.shot('professor-board');

  await board.getByRole('button', { name: 'Moneyline' }).click();
  const prices = pricesOf(board);
  await expect(prices.nth(0)).toHaveText(/^(★ )?[+-]\d{3,4}$/);
  const one = await american(prices.nth(0));
  const other = await american(prices.nth(6));
  // What a click has done is where it was made, and what the slip comes to is in view on a board higher than that.
  await click(chat, prices.nth(0));
  await expect(prices.nth(0)).toHaveText(`✓ ${one}`);
  await expect(board).toContainText(`Added New York Yankees to win at ${one}, DraftKings. 1 leg at ${one}`);
  const open = board.getByRole('button', { name: /^Open slip/ });
  await expect(open).toHaveText(`Open slip: 1 leg at ${one}`);
  await expect(open).toBeInViewport({ ratio: 1 });
  await click(chat, prices.nth(1));
  await expect(board).toContainText('takes the place of New York Yankees to win: a slip has one moneyline');
  await expect(prices.nth(0)).not.toContainText('✓');
  await chat.shot('professor-replaced');
  await click(chat, prices.nth(0));
  await click(chat, prices.nth(6));
  await expect(open).toHaveText(/^Open slip: 2 legs at/);

  await click(chat, open);
  const slip = cardOf(chat, 'Your slip');
  await expect(slip).toBeInViewport({ ratio: 1 });
  await expect(slip.getByRole('button', { name: /^Remove/ })).toHaveCount(2);
  const decimal = (price: number) => 1 + (price > 0 ? price / 100 : 100 / -price);
  const cents = Math.floor(50 * decimal(Number(one)) * decimal(Number(other)) * 100 + 1e-6);
  const payout = `$${(cents / 100).toFixed(2)}`;
  await slip.getByRole('spinbutton', { name: 'Stake in $' }).fill('50');
  await slip.getByRole('button', { name: 'Set stake' }).click();
  await expect(slip).toContainText(`Payout for $50.00, ${payout}`);
  await chat.shot('professor-slip');

  await slip.getByRole('button', { name: 'Review slip' }).click();
  const review = cardOf(chat, 'Check your slip');
  await expect(review).toContainText('Stake, $50.00');
  await expect(review).toContainText(`Payout, ${payout}`);
  await expect(slip).toHaveCount(0);
  await chat.shot('professor-review');
  await review.getByRole('button', { name: 'Confirm slip' }).click();
  const final = cardOf(chat, 'Bet slip');
  await expect(final).toContainText('nothing is ever placed');
  await expect(final).toContainText('1-800-GAMBLER');
  // It stands where the slip was, so that nothing can be confirmed twice.
  await expect(review).toHaveCount(0);
  const told = page.getByText('Your slip is confirmed: 2 legs, $50.00 to return');
  await expect(told).toBeVisible();
  await chat.shot('professor-confirmed');

  await chat.ask('Find the injury report');
  await chat.answered();
  await expect(chat.log.getByText('Injury report: New York Yankees').first()).toBeVisible();
  await expect(chat.answers().last()).toContainText('Theo Marsh');
  await chat.shot('professor-news');
  // What the page was told is in the chat, too: the notice about it goes by itself.
  await expect(told).toHaveCount(0);
});

test('a stake that is none is refused at its field, and a team is mentioned with its card @phone', async ({
  chat,
}) => {
  const board = await openBoard(chat);
  const tables = chat.log.getByRole('table');
  await expect(tables).toHaveCount(5);
  const wide = await tables.evaluateAll((all) =>
    all
      .filter(({ parentElement: box }) => box && box.scrollWidth > box.clientWidth)
      .map((table) => table.textContent),
  );
  expect(wide, 'tables that do not fit').toEqual([]);
  await click(chat, chat.log.getByRole('button', { name: '★ -1.5 (-' }).first());
  await click(chat, board.getByRole('button', { name: /^Open slip/ }));
  const slip = cardOf(chat, 'Your slip');
  const stake = slip.getByRole('spinbutton', { name: 'Stake in $' });
  await expect(slip).toContainText('Payout for $10.00');
  await stake.fill('-5');
  await chat.button('Set stake').click();
  const wrong = slip.getByText('A stake is an amount from $0.01 to $10,000, in whole cents.');
  await expect(wrong).toBeVisible();
  const [field, sentence] = [await stake.boundingBox(), await wrong.boundingBox()];
  expect((sentence?.y ?? 0) - (field?.y ?? 0) - (field?.height ?? 0)).toBeLessThan(12);
  await expect(slip).not.toContainText('Payout');
  await expect(chat.frame.getByRole('alert')).toHaveCount(0);
  await chat.shot('professor-refused');
  await chat.page.reload();
  await expect(wrong).toBeVisible();
  await expect(stake).toHaveValue('-5');
  // What stands in the field is what is reviewed.
  await stake.fill('20');
  await chat.button('Review slip').click();
  await expect(cardOf(chat, 'Check your slip')).toContainText('Stake, $20.00');

  await chat.composer.pressSequentially('Tell me of @yank');
  await chat.frame.getByRole('option', { name: 'New York Yankees', exact: true }).click();
  await chat.send();
  await chat.answered();
  await expect(chat.answers().last()).toContainText('New York Yankees @ Boston Red Sox');
  await expect(chat.answers().last()).toContainText('made-up sample data');
});

test('all that can be clicked works after a reload, and clicked twice it does once', async ({
  chat,
  page,
}) => {
  const board = await openBoard(chat);
  const price = pricesOf(board).first();
  await price.dblclick();
  await chat.answered();
  await expect(price).toContainText('✓');
  await page.reload();
  await expect(price).toContainText('✓');
  await click(chat, price);
  await expect(board).toContainText('Your slip is empty.');
  await click(chat, price);

  await page.reload();
  const open = board.getByRole('button', { name: /^Open slip/ });
  await open.dblclick();
  await chat.answered();
  const slip = cardOf(chat, 'Your slip');
  await expect(slip).toHaveCount(1);
  await expect(slip).toBeInViewport({ ratio: 1 });
  await page.reload();
  await slip.getByRole('button', { name: 'Review slip' }).dblclick();
  // The button that comes under the pointer was not clicked.
  const review = cardOf(chat, 'Check your slip');
  await expect(review).toBeVisible();
  await page.reload();
  await review.getByRole('button', { name: 'Back' }).click();
  await expect(slip).toBeVisible();
  await slip.getByRole('button', { name: 'Review slip' }).click();
  await review.getByRole('button', { name: 'Confirm slip' }).dblclick();
  await expect(cardOf(chat, 'Bet slip')).toHaveCount(1);
  await chat.answered();
  await expect(chat.frame.getByRole('alert')).toHaveCount(0);
  await page.reload();
  await expect(cardOf(chat, 'Bet slip')).toHaveCount(1);
  await expect(review).toHaveCount(0);
});

test('a player is mentioned and shown, a line is drawn, and a game is opened by the page', async ({
  chat,
  page,
}) => {
  await chat.open('lock');
  await chat.composer.pressSequentially('Stats of @port');
  await chat.frame.getByRole('option', { name: /Sam Porter/ }).click();
  await chat.composer.press('Enter');
  await chat.answered();
  await expect(chat.log.locator('.w-card', { hasText: 'Guard' })).toContainText('27.4');
  await expect(chat.log.getByRole('table')).toContainText('PTS');
  await chat.shot('professor-player');

  await chat.ask('How has the Yankees line moved?');
  await chat.answered();
  const line = cardOf(chat, 'Line movement');
  await expect(line).toContainText('New York Yankees to win');
  await expect(line).toContainText('Price, in American odds');
  await expect(line).toContainText(/Time, [A-Z]{3,4}/);
  const [, now] = /Now, ([+-]\d{3})/.exec((await line.textContent()) ?? '') ?? [];
  const ticks = line.locator('.recharts-yAxis-tick-labels text');
  await expect(ticks.first()).toBeVisible();
  const [least, ...more] = (await ticks.allTextContents()).map((tick) => Number(tick.replace('−', '-')));
  // The axis is around the price, which is never near zero.
  for (const tick of [least as number, ...more]) expect(Math.abs(tick - Number(now))).toBeLessThan(60);
  await chat.shot('professor-line');

  await chat.ask('Open the Lakers game');
  await expect(page.getByText('would open Los Angeles Lakers @ Golden State Warriors')).toBeVisible();
  await expect(chat.answers().last()).toContainText('The page has it open');
});

test('numbers and predictions are cards, and what cannot be looked up is told where it was asked', async ({
  chat,
}) => {
  await chat.open('lock');
  await chat.ask('What does our model predict?');
  await chat.answered();
  const rows = chat.log.getByRole('table').getByRole('row');
  await expect(rows.filter({ hasText: 'Eagles -4.5' })).toContainText('-108');
  await expect(rows.filter({ hasText: 'A short week for the visitors.' })).toBeVisible();
  await chat.shot('professor-predictions');

  await chat.ask('stats of nobody at all');
  await chat.answered();
  const line = chat.log.getByRole('listitem').filter({ hasText: 'Not looked up: stats of nobody at all' });
  await expect(line).toContainText('Set STATMUSE_URL to ask about everybody else.');
  await chat.page.reload();
  await expect(line).toContainText('Set STATMUSE_URL to ask about everybody else.');
});

test('a board in view refreshes its prices, marks what moved, and does nothing else', async ({
  chat,
  page,
}) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes('chatkit/live'))
      asked.push(request.postDataJSON()?.params?.action?.type ?? '');
  });
  const refreshes = () => asked.filter((type) => type === 'lock.follow').length;
  await chat.open('live');
  await chat.ask('What are the odds for the Yankees?');
  await chat.answered();
  const card = chat.log.locator('.w-card', { hasText: 'New York Yankees @ Boston Red Sox' });
  const movement = card.getByText(/^Since \d\d:\d\d .+: \d+ up ▲, \d+ down ▼\.$/);
  await expect(movement).toBeVisible();
  const marked = card.getByRole('button').filter({ hasText: /[▲▼]/ });
  await expect(marked.first()).toHaveAccessibleName(
    /(up|down) .*[+-]\d{3}\)?, (.+, )?(Spread|Total|Moneyline)/,
  );
  await expect(marked.first()).not.toHaveAccessibleName(/[▲▼]/);
  await chat.shot('professor-live');

  // Nobody was interrupted, and the composer is open.
  await expect(chat.button('Stop')).toHaveCount(0);
  await chat.composer.fill('Half a sentence');
  const before = refreshes();
  await expect.poll(refreshes).toBeGreaterThan(before + 1);
  await expect(chat.composer).toHaveValue('Half a sentence');
  await expect(chat.composer).toBeFocused();

  // A click shows at once where it was made, and again takes it back.
  const price = card.getByRole('button', { name: /Red Sox, Spread/ });
  await price.click();
  await expect(price).toContainText('✓');
  await expect(card.getByText(/On your slip: Boston Red Sox \+1\.5\. 1 leg at/)).toBeVisible();
  await chat.answered();
  await price.click();
  await expect(card.getByText('On your slip:')).toHaveCount(0);

  // Paused, nothing is asked for; the stored card is what a reload shows.
  await card.getByRole('button', { name: 'Pause' }).click();
  await expect(card.getByRole('button', { name: 'Go live' })).toBeVisible();
  const paused = refreshes();
  const shown = await card.innerText();
  await page.reload();
  await expect(card).toContainText('Go live');
  expect(await card.innerText()).toBe(shown);
  await chat.composer.fill('');
  await chat.ask('Hello');
  await expect(chat.answers().last()).toContainText("What's crackin', sharp?");
  expect(refreshes()).toBe(paused);
});

test('a parlay is made, changed and staked by words, and stands where one looks @phone', async ({ chat }) => {
  await chat.open('lock');
  const parlay = cardOf(chat, 'Your slip');
  const legs = parlay.getByRole('button', { name: 'Remove' });
  await chat.ask('Make me a three-leg parlay under +600');
  await chat.answered();
  await expect(legs).toHaveCount(3);
  await expect(chat.answers().last().getByRole('listitem')).toHaveText([
    /% is fair/,
    /% is fair/,
    /% is fair/,
  ]);
  const first = parlay.getByText(/ @ .+ · /).first();
  const team = ((await first.innerText()).split(' @ ')[0] as string).split(' ').at(-1);
  await chat.ask(`Drop the ${team}`);
  await chat.answered();
  await expect(legs).toHaveCount(2);
  await chat.ask('Make it a $20 stake');
  await chat.answered();
  await expect(parlay.getByRole('spinbutton', { name: 'Stake in $' })).toHaveValue('20.00');
  await expect(parlay).toHaveCount(1);
  await expect(parlay).toBeInViewport();
  await chat.shot('professor-by-words');
});
