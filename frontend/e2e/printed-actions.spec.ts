import { expect, test } from '@playwright/test';
import { ChatPage } from './chat-page';
import { bundledReact } from './framework-page';
import { HostPage } from './host-page';
import { notices, printed, SERVER, script, set } from './printed';

test('sendAction and both onAction snippets reach the page and the server', async ({ page, baseURL }) => {
  const told = notices(page);
  const host = await HostPage.open(page, baseURL);
  const posted: unknown[] = [];
  await page.route('**/api/widget-action', async (route) => {
    posted.push(route.request().postDataJSON());
    await route.fulfill({ json: {} });
  });
  const onPage = host.log.getByRole('button', { name: 'On the page' });
  const widget = `{ ...${SERVER}, `;
  await page.evaluate(
    printed('on_action.js', { 'chatkit.setOptions({': `window.chat.setOptions(${widget}` }),
  );
  await host.ask('button');
  await onPage.click();
  await expect.poll(() => posted).toHaveLength(1);
  expect(posted[0]).toEqual({
    action: expect.objectContaining({ type: 'example', payload: { id: 123 } }),
    itemId: expect.stringMatching(/./),
  });
  await host.log.getByRole('button', { name: 'Example' }).click();
  await host.expectAgentReceived("example {'id': 123}");
  await host.answered();
  expect(posted).toHaveLength(1);

  await page.evaluate(`(async () => {
    const chatKit = window.chat;
    ${printed('send_action.js')}
  })()`);
  await expect(host.answers()).toHaveCount(2);
  await host.answered();

  await page.evaluate(
    `{ const chatKit = window.chat;
      const doSomething = async ({ payload }) => ({ found: payload.id });
      ${await script('handle_widget_action.ts', {
        'Record<string, unknown>}': 'payload?: Record<string, unknown>}',
        '// other options...': `...${SERVER},`,
      })} }`,
  );
  await onPage.click();
  await host.expectAgentReceived("example_complete {'found': 123}");
  expect(posted).toHaveLength(1);
  expect(await host.received('error')).toEqual([]);
  // Once, however often it is used.
  expect(told).toEqual(['<openai-chatkit>: sendAction is now called sendCustomAction.']);
});

test('the button, the form and the loading state of the actions guide work', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await set(host);
  const card = host.log.locator('.w-card').last();

  await test.step('a form with its values, not before they are right', async () => {
    await host.ask('form');
    await expect(card).toContainText('Edit Todo');
    const title = card.getByRole('textbox', { name: 'title' });
    await title.fill('');
    await card.getByRole('button', { name: 'Save' }).click();
    await expect(title).toBeFocused();
    await expect(host.answers()).toHaveCount(0);
    await title.fill('Water the tomatoes');
    await card.getByRole('textbox', { name: 'description' }).fill('Once');
    await host.shot('printed-form');
    await card.getByRole('button', { name: 'Save' }).click();
    await host.expectAgentReceived('Todo 7: Water the tomatoes / Once');
    await host.answered();
  });

  await test.step('an action that takes a while fades its widget, which does not react', async () => {
    await host.ask('loading');
    await card.getByRole('button', { name: 'This make take a while...' }).click();
    await expect(card).toHaveAttribute('aria-busy', 'true');
    await expect
      .poll(() => card.evaluate((element) => Number(getComputedStyle(element).opacity)))
      .toBeLessThan(1);
    await host.shot('printed-loading');
    await host.goOn('seeds');
    await host.expectAgentReceived('long_running_action_that_should_block_other_ui_interactions None');
    await expect(card).not.toHaveAttribute('aria-busy', 'true');
    await host.answered();
  });

  await test.step('every node of the reference is drawn with every prop', async () => {
    await host.ask('nodes');
    await host.answered();
    await expect(host.log.getByText(/cannot be shown|Unsupported/)).toHaveCount(0);
    for (const name of ['This make take a while...', 'Save'])
      await expect(host.log.getByRole('button', { name })).toHaveCount(1);
    await expect(host.log.locator('.w-badge, .w-divider, .w-icon, .w-image').first()).toBeVisible();
    await host.shot('printed-nodes');
  });
  expect(await host.received('error')).toEqual([]);
});

test('MyChat signs in with a request without a body, and chats at the size that it was given', async ({
  page,
  baseURL,
}, info) => {
  const component = await bundledReact(`${printed('MyChat.jsx')}\nexport { MyChat as Chat };`);
  const address = `${baseURL}my-chat.html`;
  await page.route(address, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><title>My chat</title>
        <style>.h-\\[600px\\] { height: 600px } .w-\\[320px\\] { width: 320px }</style>
        <script src="${baseURL}chatkit.js"></script><div id="app"></div>
        <script type="module">${component}</script>`,
    }),
  );
  const signingIn = page.waitForRequest('**/api/chatkit/session');
  await page.goto(address);
  const request = await signingIn;
  expect(request.postData()).toBeNull();
  expect(request.headers()['content-type']).toBe('application/json');
  expect((await request.response())?.status()).toBe(200);

  const chat = new ChatPage(page, info.project.name);
  await chat.ask('What survives a reload?');
  await chat.answered();
  await expect(chat.answers()).not.toHaveCount(0);
  await chat.shot('printed-my-chat');
  const box = await page.locator('openai-chatkit').boundingBox();
  expect([box?.width, box?.height]).toEqual([320, 600]);
  const scrolled = await chat.frame
    .locator('html')
    .evaluate((html) => [html.scrollWidth - html.clientWidth, html.scrollHeight - html.clientHeight]);
  expect(scrolled).toEqual([0, 0]);
});
