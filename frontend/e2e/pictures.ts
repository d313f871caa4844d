import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './chat-page';

const folder = process.env.CHATKIT_LINK_PICTURES ?? 'e2e/artifacts/pictures';

test('the still: a parlay of two legs with its payout, below the board of odds', async ({ chat, page }) => {
  const cardOf = (title: string) =>
    chat.log.locator('.w-card', { has: chat.frame.getByText(title, { exact: true }) });
  await chat.open('lock');
  await chat.ask("What are tonight's odds?");
  await chat.answered();
  // Of one bookmaker: the legs of a parlay are one bet.
  const best = cardOf('Odds board').getByRole('row', { name: 'FanDuel' }).getByRole('button', { name: /^★/ });
  const parlay = cardOf('Your slip');
  for (const [legs, price] of [best.nth(-2), best.nth(-1)].entries()) {
    await price.click();
    await expect(cardOf('Odds board')).toContainText(`Open slip: ${legs + 1} leg`);
    await chat.answered();
  }
  await chat.button(/^Open slip/).click();
  await parlay.getByRole('spinbutton', { name: 'Stake in $' }).fill('50');
  await parlay.getByRole('button', { name: 'Set stake' }).click();
  await expect(parlay).toContainText(/Payout for \$50\.00,? ?\$\d{3}\./);
  await chat.frame.locator('.thread').evaluate((thread) => thread.scrollTo(0, thread.scrollHeight));
  await expect(chat.frame.locator('.to-latest')).toHaveCount(0);
  await chat.composer.focus();
  await page.screenshot({ path: join(folder, 'chat.png'), animations: 'disabled', caret: 'hide' });
});

test('the animation: a question is typed, results arrive, and a cited answer streams in', async ({
  chat,
  page,
}) => {
  await chat.open();
  const stop = await film(page, join(folder, 'frames'));
  await chat.composer.pressSequentially('Does an answer go on when the tab is closed?', { delay: 25 });
  await chat.composer.press('Enter');
  await expect(chat.log.getByRole('region', { name: 'Sources' })).toBeVisible();
  await chat.answered();
  await stop();
});

/** Every frame that Chromium draws from now on, as a PNG named by its milliseconds; gives what ends it. */
async function film(page: Page, into: string): Promise<() => Promise<void>> {
  await mkdir(into, { recursive: true });
  const session = await page.context().newCDPSession(page);
  const written: Promise<void>[] = [];
  session.on('Page.screencastFrame', ({ data, metadata, sessionId }) => {
    const at = Math.round((metadata.timestamp ?? 0) * 1000);
    written.push(writeFile(join(into, `${at}.png`), data, 'base64'));
    void session.send('Page.screencastFrameAck', { sessionId });
  });
  await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
  return async () => {
    await session.send('Page.stopScreencast');
    await Promise.all(written);
  };
}
