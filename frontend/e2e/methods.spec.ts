import { expect, test } from '@playwright/test';
import { HostPage } from './host-page';

test('the events come one by one, in the order in which things happen', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({ composer: { tools: [{ id: 'search', label: 'Search', icon: 'globe' }] } }));
  await page.evaluate(() => window.chat.setComposerValue({ text: 'effect', selectedToolId: 'search' }));
  await host.composer.press('Enter');
  await host.expectAgentReceived('text: effect');
  await host.answered();
  const [, change] = (await host.received('thread.change'))[0] as [string, { threadId: string }];
  await host.frame.getByRole('link', { name: 'Show the order' }).click();
  await page.evaluate(async ({ threadId }) => {
    await window.chat.showHistory();
    await window.chat.hideHistory();
    await window.chat.setThreadId(null);
    await window.chat.setThreadId(threadId);
    await window.chat.setThreadId('thr_of_nobody');
  }, change);
  expect(await host.received()).toEqual([
    ['ready', null],
    ['tool.change', { toolId: 'search' }],
    ['tool.change', { toolId: null }],
    ['response.start', null],
    ['thread.change', change],
    ['effect', { name: 'celebrate', data: { loudly: true } }],
    ['response.end', null],
    ['deeplink', { name: 'show-order', data: { id: '7' } }],
    ['history.open', null],
    ['history.close', null],
    ['thread.change', { threadId: null }],
    ['thread.load.start', change],
    ['thread.change', change],
    ['thread.load.end', change],
    ['thread.load.start', { threadId: 'thr_of_nobody' }],
    ['error', { name: 'Error', message: expect.stringMatching(/\.$/) }],
    ['thread.load.end', { threadId: 'thr_of_nobody' }],
  ]);
  const logged = (await host.received('log')).map(([, detail]) => (detail as { name: string }).name);
  expect(logged).toContain('composer.submit');
});

test('the methods write, send, turn to another thread and read it again', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    composer: {
      attachments: { enabled: true },
      tools: [{ id: 'search', label: 'Search', icon: 'globe' }],
      models: [
        { id: 'small', label: 'Small' },
        { id: 'large', label: 'Large' },
      ],
    },
  }));
  await page.evaluate(() =>
    window.chat.setComposerValue({
      content: [
        { type: 'input_text', text: 'About ' },
        { type: 'input_tag', id: 'o7', text: 'Order 7', data: { shop: 'north' } },
      ],
      reply: 'It is on its way.',
      selectedToolId: 'search',
      selectedModelId: 'large',
    }),
  );
  await expect(host.composer).toHaveValue('About @Order 7');
  await page.evaluate(() => window.chat.focusComposer());
  await expect(host.composer).toBeFocused();
  await page.keyboard.press('Enter');
  await host.expectAgentReceived("tags: o7 {'shop': 'north'}");
  for (const part of ['tool: search', 'model: large', 'quote: It is on its way.'])
    await host.expectAgentReceived(part);
  await host.answered();

  await page.evaluate(() => {
    const files = [new File(['Two jars'], 'order.txt', { type: 'text/plain' })];
    return window.chat.setComposerValue({ files });
  });
  await expect(host.frame.getByText('order.txt')).toBeVisible();
  await page.evaluate(() =>
    window.chat.sendUserMessage({
      text: 'From the page',
      newThread: true,
      toolChoice: { id: 'image' },
      model: 'small',
    }),
  );
  await expect(host.answers()).toHaveCount(1);
  for (const part of ['text: From the page', 'tool: image', 'model: small'])
    await host.expectAgentReceived(part);
  // What a page sends leaves alone what its visitor has started to write.
  await expect(host.frame.getByText('order.txt')).toBeVisible();
  await expect(host.button('Model: Large')).toBeVisible();

  const acted = host.request('threads.custom_action');
  await page.evaluate(() => window.chat.sendCustomAction({ type: 'refresh', payload: { page: 'settings' } }));
  const { params } = (await acted).postDataJSON();
  expect(params.action).toEqual({ type: 'refresh', payload: { page: 'settings' } });
  await host.answered();

  // Another user writes in this thread.
  await page.evaluate(async (thread_id) => {
    const input = {
      content: [{ type: 'input_text', text: 'From elsewhere' }],
      attachments: [],
      inference_options: {},
    };
    const body = JSON.stringify({ type: 'threads.add_user_message', params: { thread_id, input } });
    await (await fetch('chatkit/mirror', { method: 'POST', body })).text();
  }, params.thread_id);
  await expect(host.log).not.toContainText('From elsewhere');
  await page.evaluate(() => window.chat.fetchUpdates());
  await host.expectAgentReceived('text: From elsewhere');

  await page.evaluate(() => window.chat.showHistory());
  await expect(host.history.getByRole('listitem')).toHaveCount(2);
  await page.evaluate(() => window.chat.hideHistory());
  await expect(host.history).toHaveCount(0);
  const [, first] = (await host.received('thread.change'))[0] as [string, { threadId: string }];
  await page.evaluate((id) => window.chat.setThreadId(id), first.threadId);
  await host.expectAgentReceived('quote: It is on its way.');
  await page.evaluate(() => window.chat.setThreadId(null));
  await expect(host.frame.getByRole('heading', { name: 'What can I help with today?' })).toBeVisible();
});
