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
  await chat.ask('good night');
  await chat.answered();
  // Only the last of the whole answers can be replaced.
  await expect(turns(chat).nth(1).getByRole('button', { name: 'Retry' })).toHaveCount(0);
  await expect(turns(chat).nth(2).getByRole('button', { name: 'Retry' })).toHaveCount(1);
  await turns(chat).first().getByRole('button', { name: 'Try again' }).click();
  // It is asked at the end, and fails again.
  const whole = async () => {
    await expect(turns(chat)).toHaveCount(4);
    await expect(turns(chat).first()).toContainText('The model is busy.');
    await expect(turns(chat).nth(1)).toContainText('You said “hello”.');
    await expect(turns(chat).nth(2)).toContainText('You said “good night”.');
    await expect(turns(chat).nth(3)).toContainText('This far it went.');
    await expect(chat.frame.getByText('The model is busy.')).toHaveCount(2);
  };
  await whole();
  await page.reload();
  await whole();
  await chat.frame.getByRole('button', { name: 'Try again' }).last().click();
  await chat.answered();
  await whole();
});

test('a stopped answer says so, after the next question and a reload, and when it is asked again', async ({
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
  await expect(turns(chat)).toHaveCount(3);
  await expect(turns(chat).nth(2)).toContainText('Line 200:');
  await chat.answered();
  await expect(turns(chat).first().getByText('Stopped')).toBeVisible();
  await expect(turns(chat).nth(1)).toContainText('Go on');
});
