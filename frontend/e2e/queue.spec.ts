import { hasNothingSerious } from './axe';
import { type ChatPage, expect, test } from './chat-page';

const waiting = (chat: ChatPage) => chat.frame.getByRole('list', { name: 'Waiting messages' });

async function enqueue(chat: ChatPage, text: string) {
  await chat.composer.fill(text);
  // Until the server has said that messages may wait, this button stops the answer.
  await expect(chat.button('Send after this answer')).toBeVisible();
  await chat.send();
  await expect(waiting(chat)).toContainText(text);
}

test('messages wait for the end of an answer, also over a reload, and are answered in their order', {
  tag: '@phone',
}, async ({ chat, page }) => {
  await chat.withOwnHistory();
  await chat.open('story');
  await chat.askForStory();
  await enqueue(chat, 'Another story');
  await enqueue(chat, 'Go on');
  await chat.composer.fill('And');
  await expect(chat.button('Stop')).toBeVisible();
  await expect(chat.button('Send after this answer')).toBeVisible();
  await chat.shot('waiting');
  await page.reload();
  await chat.openHistory();
  await chat.history.locator('.entry-title').first().click();
  await expect(waiting(chat).getByRole('listitem')).toHaveCount(2);
  const asked = chat.log.getByRole('article', { name: 'You said' });
  await chat.goOn();
  await expect(asked).toHaveText(['Tell me a story', 'Another story']);
  await expect(waiting(chat).getByRole('listitem')).toHaveCount(1);
  await chat.isHalfTold();
  await chat.goOn();
  await expect(asked).toHaveText(['Tell me a story', 'Another story', 'Go on']);
  await expect(waiting(chat)).toHaveCount(0);
  await chat.answered();
});

test('a waiting message is changed, taken out, and sent now', async ({ chat, page }) => {
  await chat.open('story');
  await chat.askForStory();
  await enqueue(chat, 'First.');
  await enqueue(chat, 'Go on');
  const rows = waiting(chat).getByRole('listitem');
  await hasNothingSerious(chat, 'messages that wait');
  await rows.first().getByRole('button', { name: 'Edit' }).click();
  await page.keyboard.type(' Really.');
  await page.keyboard.press('Enter');
  await expect(rows.first()).toContainText('First. Really.');
  await rows.first().getByRole('button', { name: 'Remove' }).click();
  await expect(rows).toHaveCount(1);
  await rows.first().getByRole('button', { name: 'Send now' }).click();
  await expect(waiting(chat)).toHaveCount(0);
  await expect(chat.log.getByText('Stopped')).toBeVisible();
  await expect(chat.log.getByRole('article', { name: 'You said' }).last()).toHaveText('Go on');
  await chat.answered();
  await expect(chat.answers().first()).toContainText('Line 100:');
});
