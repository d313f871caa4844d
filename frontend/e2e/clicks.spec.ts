import type { Page, Request } from '@playwright/test';
import { expect, test } from './chat-page';

/** Holds the answer to a request of this type, but for the first `passing`. */
async function hold(page: Page, type: string, passing: number) {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const isOne = (request: Request) => (request.postData() ?? '').includes(`"${type}"`);
  let count = 0;
  let isHeld = false;
  await page.route('**/chatkit/clicks', async (route) => {
    if (!isOne(route.request()) || count++ < passing) return route.continue();
    const response = await route.fetch();
    isHeld = true;
    await opened;
    return route.fulfill({ response });
  });
  return {
    /** The server has answered, and the page does not know it yet. */
    isHeld: () => expect.poll(() => isHeld).toBe(true),
    letGo: async () => {
      const arrived = page.waitForResponse((response) => isOne(response.request()));
      open();
      await (await arrived).finished();
      await page.unroute('**/chatkit/clicks');
    },
  };
}

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

  // The page reads the thread once more after a reload, as something may have come meanwhile. What it reads is older
  // than a click that is quicker.
  const reading = await hold(page, 'threads.get_by_id', 1);
  await page.reload();
  await expect(widget).toContainText('In stock');
  await expect(chat.button('Try again')).toHaveCount(0);
  await reading.isHeld();
  await chat.button('Buy').click();
  await expect(widget).toContainText('Bought');
  await expect(failed).toHaveCount(0);
  await reading.letGo();
  await expect(widget).toContainText('Bought');

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
