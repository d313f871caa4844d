import { expect, test } from './chat-page';

test('a click that fails says so in words, and its widget can be used again', { tag: '@phone' }, async ({
  chat,
  page,
}) => {
  chat.tolerated = /500/;
  await chat.open('clicks');
  await chat.ask('What is there?');
  await chat.answered();
  const failed = chat.frame.getByRole('alert').filter({ hasText: 'failed at what you clicked or sent' });
  const widget = chat.log.locator('.widget');

  await chat.button('Buy').click();
  await expect(failed).toHaveCount(1);
  // To try again is to click again: a new answer to the message would take the widget away.
  await expect(chat.button('Try again')).toHaveCount(0);
  await page.screenshot({ path: `e2e/artifacts/${chat.project}-click-failed.png` });

  await page.reload();
  await expect(widget).toContainText('In stock');
  await expect(chat.button('Try again')).toHaveCount(0);
  await chat.button('Buy').click();
  await expect(widget).toContainText('Bought');
  await expect(failed).toHaveCount(0);

  await chat.button('Count').click();
  await expect(failed).toHaveCount(1);
  await chat.button('Rob').click();
  await expect(chat.frame.getByRole('alert')).toHaveText('This assistant does not answer that action.');

  await chat.button('Wait').click();
  await chat.button('Stop').click();
  await chat.answered();
  await chat.button('Buy').click();
  await expect(widget).toContainText('Bought');
  await page.reload();
  await expect(widget).toContainText('Bought');
});
