import { hasNothingSerious } from './axe';
import { expect, test } from './chat-page';

test('a link to a conversation is read without signing in until it is revoked', {
  tag: '@phone',
}, async ({ chat, browser }) => {
  await chat.open('mirror');
  await chat.ask('Who may read this?');
  await chat.answered();
  await chat.button('Share this chat').click();
  const dialog = chat.frame.getByRole('dialog', { name: 'Share this chat' });
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const link = dialog.getByRole('link');
  await expect(link).toHaveCount(1);
  await expect(dialog.getByRole('button', { name: 'Copy link' })).toBeFocused();
  await chat.shot('share');
  await hasNothingSerious(chat, 'links to a conversation');
  const address = (await link.getAttribute('href')) as string;
  // Somebody else, in a browser of their own.
  const reader = await browser.newPage();
  await reader.goto(address);
  await expect(reader.getByText('Who may read this?').first()).toBeVisible();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(link).toHaveCount(0);
  await reader.goto(address);
  await reader.waitForLoadState('networkidle');
  await expect(reader.getByText('Who may read this?')).toHaveCount(0);
  await reader.close();
});
