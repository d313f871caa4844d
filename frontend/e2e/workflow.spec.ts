import { expect, test } from './chat-page';

test('an exported workflow shows its steps, asks, and goes on with the answer after a reload', {
  tag: '@phone',
}, async ({ chat, page }) => {
  await chat.open('refunds');
  await chat.ask('I want my money back for order 7.');
  await expect(chat.answers().last()).toHaveText(/I propose to refund 30 euros\./);
  await expect(chat.log.getByText('Shall the refund be paid?')).toBeVisible();
  await chat.shot('workflow-1-asks');

  await page.reload();
  const question = chat.log.getByRole('group', { name: 'Shall the refund be paid?' });
  await question.getByText('Approve').click();
  await chat.button('Continue').click();
  await expect(chat.answers().last()).toHaveText(/The money comes within three days\./);
  await chat.answered();
  await chat.button('Classify, Propose, Order value').click();
  for (const step of ['Category: refund', 'Order value', 'Pay']) {
    await expect(chat.log.getByText(step).first()).toBeVisible();
  }
  await chat.shot('workflow-2-approved');
});

test('Escape stops a workflow whose loop would never end', async ({ chat, page }) => {
  await chat.open('endless');
  await chat.ask('Turn');
  await expect(chat.answers().nth(1)).toBeVisible();
  await page.keyboard.press('Escape');
  await chat.answered();
  const before = await chat.answers().count();
  await page.reload();
  await expect(chat.answers()).toHaveCount(before);
  await chat.answered();
});

test('an agent asks before it calls a tool that needs approval, and goes on after a reload', {
  tag: '@phone',
}, async ({ chat, page }) => {
  await chat.open('purse');
  await chat.ask('Pay thirty euros');
  const question = chat.log.getByRole('group', { name: 'May the assistant call pay with: 30?' });
  await expect(question).toBeVisible();
  await chat.shot('approval-1-asks');

  await page.reload();
  await question.getByText('Approve').click();
  await chat.button('Continue').click();
  await expect(chat.answers().last()).toHaveText(/The tool said: 30 euros are paid\./);
  await chat.answered();
  await chat.shot('approval-2-approved');
});
