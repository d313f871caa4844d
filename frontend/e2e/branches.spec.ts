import { hasNothingSerious } from './axe';
import { type ChatPage, expect, test } from './chat-page';

const versions = (chat: ChatPage) => chat.log.getByRole('group', { name: 'Versions' });
const field = (chat: ChatPage) => chat.frame.getByRole('textbox', { name: 'Edit your message' });

async function edit(chat: ChatPage, at: number, text: string) {
  await chat.log.getByRole('article', { name: 'You said' }).nth(at).hover();
  await chat.button('Edit your message').nth(at).click();
  await field(chat).fill(text);
  await chat.frame.getByRole('button', { name: 'Save', exact: true }).click();
}

test('an edited message has an answer of its own, and both versions are there after a reload', {
  tag: '@phone',
}, async ({ chat, page }) => {
  await chat.withOwnHistory();
  await chat.open('mirror');
  await chat.ask('One?');
  await chat.answered();
  await chat.ask('Two?');
  await chat.answered();
  await edit(chat, 0, 'Another?');
  await expect(chat.answers()).toHaveCount(1);
  await expect(chat.answers().first()).toContainText('text: Another?');
  await expect(versions(chat)).toContainText('2/2');
  await chat.shot('edited');

  await chat.button('Previous version').focus();
  await page.keyboard.press('Enter');
  await expect(chat.answers()).toHaveCount(2);
  await expect(chat.answers().last()).toContainText('text: Two?');
  // The focus stays where one can walk on.
  await expect(chat.button('Previous version')).toBeFocused();
  await page.reload();
  await chat.openHistory();
  await chat.history.locator('.entry-title').first().click();
  await expect(chat.answers()).toHaveCount(2);
  await expect(versions(chat)).toContainText('1/2');
  await chat.button('Next version').click();
  await expect(chat.answers()).toHaveCount(1);
  await expect(chat.answers().first()).toContainText('text: Another?');
});

test('the pencil has room for a finger', { tag: '@phone' }, async ({ chat, page }) => {
  await chat.open('mirror');
  await chat.ask('One?');
  await chat.answered();
  const pencil = chat.button('Edit your message');
  const { x = 0, y = 0, width = 0, height = 0 } = (await pencil.boundingBox()) ?? {};
  const isTouch = await page.evaluate(() => matchMedia('(pointer: coarse)').matches);
  const reach = isTouch ? 21 : Math.min(width, height) / 2 - 1;
  for (const [right, down] of [
    [reach, 0],
    [-reach, 0],
    [0, reach],
    [0, -reach],
  ] as const) {
    await chat.log.getByRole('article', { name: 'You said' }).hover();
    const at = [x + width / 2 + right, y + height / 2 + down] as const;
    if (isTouch) await page.touchscreen.tap(...at);
    else await page.mouse.click(...at);
    await expect(field(chat)).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(field(chat)).toHaveCount(0);
  }
});

test('an answer that was written again keeps the old one', async ({ chat }) => {
  await chat.open('mirror');
  await chat.ask('One?');
  await chat.answered();
  await chat.log.getByRole('article', { name: 'You said' }).hover();
  await chat.button('Edit your message').click();
  await hasNothingSerious(chat, 'a message that is edited');
  await chat.page.keyboard.press('Escape');
  await chat.button('Retry').click();
  await expect(versions(chat)).toContainText('2/2');
  await expect(chat.answers()).toHaveCount(1);
  await hasNothingSerious(chat, 'an answer with two versions');
  await chat.button('Previous version').click();
  await expect(versions(chat)).toContainText('1/2');
  await expect(chat.answers()).toHaveCount(1);
});
