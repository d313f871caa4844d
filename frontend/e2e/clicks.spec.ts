import type { Page } from '@playwright/test';
import { expect, test } from './chat-page';

/** Holds the second reading of the thread, as after a reload, and adds a message to it by which one sees that it came. */
async function holdReading(page: Page) {
  let letGo = () => {};
  const free = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let count = 0;
  let isHeld = false;
  await page.route('**/chatkit/clicks', async (route) => {
    const asked = route.request().postDataJSON();
    if (asked.type !== 'threads.get_by_id' || count++ !== 1) return route.continue();
    const response = await route.fetch();
    const thread = await response.json();
    const content = [{ type: 'output_text', text: 'Read again', annotations: [] }];
    const { thread_id, created_at } = thread.items.data.at(-1);
    thread.items.data.push({ type: 'assistant_message', id: 'msg_read', thread_id, created_at, content });
    isHeld = true;
    await free;
    return route.fulfill({ response, json: thread });
  });
  return { letGo, isHeld: () => expect.poll(() => isHeld).toBe(true) };
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
  const reading = await holdReading(page);
  await page.reload();
  await expect(widget).toContainText('In stock');
  await expect(chat.button('Try again')).toHaveCount(0);
  await reading.isHeld();
  await chat.button('Buy').click();
  await expect(widget).toContainText('Bought');
  await expect(failed).toHaveCount(0);
  reading.letGo();
  await expect(chat.log.getByText('Read again')).toBeVisible();
  await expect(widget).toContainText('Bought');
  await page.unroute('**/chatkit/clicks');

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
