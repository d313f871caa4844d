import { expect, test } from './chat-page';

test("tonight's odds become a parlay, a stake a payout, and a confirmed slip goes to the page", async ({
  chat,
  page,
}) => {
  const cardOf = (title: string) =>
    chat.log.locator('.w-card', { has: chat.frame.getByText(title, { exact: true }) });
  await chat.open('lock');
  await chat.composer.pressSequentially('/ton');
  await chat.frame.getByRole('option', { name: /Tonight's odds/ }).click();
  await chat.answered();
  const board = cardOf('Odds board');
  await expect(board).toContainText('Sample data');
  await expect(board).toContainText('New York Yankees @ Boston Red Sox');
  await chat.shot('professor-board');

  await board.getByRole('button', { name: 'Moneyline' }).click();
  const prices = board.getByRole('button').filter({ hasText: /^(★ )?[+-]\d{3,4}$/ });
  await expect(prices).toHaveCount(30);
  const one = (await prices.nth(0).innerText()).replace('★ ', '');
  const other = (await prices.nth(6).innerText()).replace('★ ', '');
  const parlay = cardOf('Your parlay');
  const legs = parlay.getByRole('button', { name: 'Remove' });
  await prices.nth(0).click();
  await expect(legs).toHaveCount(1);
  // Where the click was made.
  await expect(board).toContainText(`On your slip: New York Yankees to win. 1 leg at ${one}`);
  await chat.answered();
  // The parlay stands below the board, out of sight: the button that leads to it shows that there is something new.
  const toEnd = chat.frame.locator('.to-latest');
  await expect(toEnd).toHaveClass(/news/);
  // The price that was clicked has a tick now, and is none of these.
  await prices.nth(5).click();
  await expect(legs).toHaveCount(2);
  await chat.answered();

  const decimal = (american: number) => 1 + (american > 0 ? american / 100 : 100 / -american);
  const cents = Math.floor(50 * decimal(Number(one)) * decimal(Number(other)) * 100 + 1e-6);
  await toEnd.click();
  await expect(toEnd).toHaveCount(0);
  await parlay.getByRole('spinbutton', { name: 'Stake in $' }).fill('50');
  await parlay.getByRole('button', { name: 'Set stake' }).click();
  await expect(parlay).toContainText(`$${(cents / 100).toFixed(2)}`);
  await parlay.scrollIntoViewIfNeeded();
  await chat.shot('professor-parlay');

  await parlay.getByRole('button', { name: 'Review and confirm' }).click();
  const slip = cardOf('Bet slip');
  await expect(slip).toContainText('nothing is ever placed');
  await expect(slip).toContainText('1-800-GAMBLER');
  // It stands where the parlay was, so that nothing can be confirmed twice.
  await expect(parlay).toHaveCount(0);
  await expect(page.getByText('The chat told the page of “bet_slip.confirmed”: 2 legs')).toBeVisible();
  await chat.shot('professor-slip');

  await chat.ask('Find the injury report');
  await chat.answered();
  await expect(chat.log.getByText('Injury report: New York Yankees').first()).toBeVisible();
  await expect(chat.answers().last()).toContainText('Theo Marsh');
  await chat.shot('professor-news');
});

test('a stake that is none is refused in a sentence, and a team is mentioned with its card @phone', async ({
  chat,
}) => {
  // The browser notes it, too.
  chat.tolerated = /422/;
  await chat.open('lock');
  await chat.ask("What are tonight's odds?");
  await chat.answered();
  const tables = chat.log.getByRole('table');
  await expect(tables).toHaveCount(5);
  const wide = await tables.evaluateAll((all) =>
    all
      .filter(({ parentElement: box }) => box && box.scrollWidth > box.clientWidth)
      .map((table) => table.textContent),
  );
  expect(wide, 'tables that do not fit').toEqual([]);
  await chat.log.getByRole('button', { name: '★ -1.5 -' }).first().click();
  await chat.answered();
  await chat.frame.getByRole('spinbutton', { name: 'Stake in $' }).fill('-5');
  await chat.button('Set stake').click();
  await expect(chat.frame.getByRole('alert')).toHaveText(
    'A stake is an amount from $0.01 to $10,000, in whole cents.',
  );
  await chat.shot('professor-refused');

  await chat.composer.pressSequentially('Tell me of @yank');
  await chat.frame.getByRole('option', { name: 'New York Yankees', exact: true }).click();
  await chat.send();
  await chat.answered();
  await expect(chat.answers().last()).toContainText('New York Yankees @ Boston Red Sox');
  await expect(chat.answers().last()).toContainText('made-up sample data');
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
  await expect(chat.log.locator('.recharts-surface').first()).toBeVisible();
  await chat.shot('professor-line');

  await chat.ask('Open the Lakers game');
  await expect(page.getByText('The chat asked the page for “open_game”: Los Angeles Lakers')).toBeVisible();
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
  await expect(marked.first()).toHaveAccessibleName(/(up|down) .*[+-]\d{3}, (.+, )?(Spread|Total|Moneyline)/);
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
  await expect(card.getByText(/On your slip: Boston Red Sox \+1\.5\. 1 leg at/)).toBeVisible();
  await expect(price).toContainText('✓');
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
  const parlay = chat.log.locator('.w-card', { has: chat.frame.getByText('Your parlay', { exact: true }) });
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
