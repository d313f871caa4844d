import { type ChatPage, expect, test } from './chat-page';

const turns = (chat: ChatPage) => chat.log.locator('.turn');

test('a failed answer keeps its error and its way on, after the next question and a reload', async ({
  chat,
  page,
}) => {
  await chat.open('items');
  await chat.ask('error');
  await expect(chat.frame.getByRole('alert')).toContainText('The model is busy.');
  await expect(chat.frame.getByText('The model is busy.')).toHaveCount(1);
  await chat.ask('hello');
  await chat.answered();
  const seen = async () => {
    const failed = turns(chat).first();
    await expect(failed).toContainText('This far it went.');
    await expect(failed).toContainText('The model is busy.');
    await expect(failed.getByRole('button', { name: 'Try again' })).toBeVisible();
    await expect(chat.frame.getByText('The model is busy.')).toHaveCount(1);
  };
  await seen();
  await page.reload();
  await expect(chat.log).toContainText('You said “hello”.');
  await seen();
  await chat.shot('ending-failed');
  // The answer fails again, and is the last one then.
  await turns(chat).first().getByRole('button', { name: 'Try again' }).click();
  await expect(chat.log).not.toContainText('You said “hello”.');
  await expect(chat.frame.getByRole('alert')).toContainText('The model is busy.');
  await expect(chat.frame.getByText('The model is busy.')).toHaveCount(1);
});

test('a stopped answer says so, after the next question and a reload, until it is answered again', async ({
  chat,
  page,
}) => {
  await chat.open('story');
  await chat.askForStory();
  await chat.button('Stop').click();
  await chat.answered();
  await expect(turns(chat).first().getByText('Stopped')).toBeVisible();
  await expect(chat.frame.getByRole('alert')).toHaveCount(0);
  await chat.ask('Go on');
  await chat.answered();
  await expect(chat.log.getByText('Stopped')).toHaveCount(1);
  await page.reload();
  await expect(turns(chat).first().getByText('Stopped')).toBeVisible();
  await chat.shot('ending-stopped');
  await turns(chat).first().hover();
  await turns(chat).first().getByRole('button', { name: 'Retry' }).click();
  await expect(chat.log).toContainText('Line 200:');
  await chat.answered();
  await expect(chat.log.getByText('Stopped')).toHaveCount(0);
});
