import { type ChatPage, expect } from './chat-page';

/** With the agent `mirror`: two questions in one thread, the thread again after a reload, and a file in a third question. */
export async function converse(chat: ChatPage, title: string) {
  await chat.ask(title);
  await expect(chat.answers().last()).toContainText(`text: ${title}`);
  const following = chat.request('threads.add_user_message');
  await chat.ask('And then?');
  await following;
  await expect(chat.answers().last()).toContainText('text: And then?');
  await chat.page.reload();
  await chat.openHistory();
  await chat.history.getByRole('button', { name: title }).first().click();
  await expect(chat.answers()).toHaveCount(2);
  await chat.frame.locator('input[type=file]').setInputFiles({
    name: 'note.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('A note.'),
  });
  await expect(chat.frame.getByText('note.txt')).toBeVisible();
  await expect(chat.button('Send message')).toBeEnabled();
  await chat.ask('Read this');
  await expect(chat.answers().last()).toContainText('files: note.txt text/plain');
  await expect(chat.frame.getByRole('alert')).toHaveCount(0);
}
