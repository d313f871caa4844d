import { expect, type Page, test } from '@playwright/test';
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
    await window.chat.setThreadId('thr_of_nobody').catch(() => {});
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
  const refused = page.evaluate(() =>
    window.chat.sendCustomAction({ type: 'refresh', payload: { page: 'settings' } }).catch(String),
  );
  const { params } = (await acted).postDataJSON();
  expect(params.action).toEqual({ type: 'refresh', payload: { page: 'settings' } });
  expect(await refused).toBe('Error: This assistant does not answer that action.');
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

/** What became of calls that were made at once: null where it was done, else the error. */
const outcomes = (page: Page, calls: string) =>
  page.evaluate<(string | null)[]>(
    `Promise.allSettled((${calls})()).then((all) => all.map(({ reason }) => reason ? String(reason) : null))`,
  );

test('what a method says is what is on the screen, and what it cannot do is rejected', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  expect(
    await outcomes(page, "() => [chat.sendUserMessage({ text: 'Too early' }), chat.focusComposer()]"),
  ).toEqual(Array(2).fill('IntegrationError: <openai-chatkit> cannot do this: setOptions was not called.'));
  await host.set(() => ({}));
  const sent = await outcomes(
    page,
    `() => [
      chat.sendUserMessage({ text: 'The first' }),
      chat.sendUserMessage({ text: 'The second' }),
      chat.sendUserMessage({ text: '   ' }),
      chat.sendCustomAction({ type: 'buy' }, 'no_widget'),
      chat.setComposerValue({ text: 'A draft', selectedToolId: 'none' }),
    ]`,
  );
  expect(sent).toEqual([
    null,
    expect.stringMatching(/^IntegrationError: .*an answer is being written/),
    expect.stringMatching(/^IntegrationError: .*empty/),
    expect.stringMatching(/^IntegrationError: .*"buy" was not sent/),
    expect.stringMatching(/^IntegrationError: .*no tool "none"/),
  ]);
  await host.expectAgentReceived('text: The first');
  await expect(host.answers()).toHaveCount(1);
  await expect(host.composer).toHaveValue('A draft');
  expect((await host.received('error')).map(([, error]) => (error as { name: string }).name)).toEqual(
    Array(6).fill('IntegrationError'),
  );

  const threads = await outcomes(
    page,
    `() => ['One', 'Two'].map((text) => chat.sendUserMessage({ text, newThread: true }))`,
  );
  expect(threads).toEqual([null, null]);
  await host.expectAgentReceived('text: Two');
  await page.evaluate(() => window.chat.showHistory());
  await expect(host.history.getByRole('listitem')).toHaveCount(3);
  await page.evaluate(() => document.querySelector('openai-chatkit')?.remove());
  expect(await outcomes(page, "() => [chat.sendUserMessage({ text: 'Too late' })]")).toEqual([
    'IntegrationError: <openai-chatkit> cannot do this: it is not in the document.',
  ]);
});

test('an element that is moved keeps its thread and what was written, and its answer goes on', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({ composer: { attachments: { enabled: true } } }), 'chatkit/story');
  await host.askForStory();
  await page.evaluate(() => window.chat.setComposerValue({ text: 'Half a question', reply: 'Line 7' }));
  const isSameFrame = await page.evaluate(() => {
    const place = document.body.appendChild(document.createElement('section')) as HTMLElement & {
      moveBefore?(node: Node, child: null): void;
    };
    const frame = window.chat.shadowRoot?.querySelector('iframe');
    place.moveBefore?.(window.chat, null);
    return frame === window.chat.shadowRoot?.querySelector('iframe');
  });
  expect(isSameFrame).toBe(true);
  await page.evaluate(() => {
    const dialog = document.body.appendChild(document.createElement('section'));
    dialog.append(window.chat);
  });
  await expect(host.composer).toHaveValue('Half a question');
  await host.isHalfTold();
  await expect(host.frame.getByRole('article', { name: 'You said' })).toHaveText('Tell me a story');
  await host.goOn();
  await host.answered();

  await host.button('New chat').click();
  await page.evaluate(() => document.body.append(window.chat));
  await expect(host.composer).toHaveValue('Half a question');
  await expect(host.frame.getByRole('heading', { name: 'What can I help with today?' })).toBeVisible();
});

test('Stop reaches the server through a fetch of the page that only adds a header', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(
    () => ({
      api: {
        url: 'chatkit/endless',
        fetch: ((url: string, init: RequestInit) =>
          fetch(url, { ...init, headers: { ...init.headers, 'X-User-Id': 'u1' } })) as typeof fetch,
      } as never,
    }),
    'chatkit/endless',
  );
  const cancelled = page.waitForResponse(/\/runs\/.+\/cancel$/);
  await host.ask('Go round');
  await expect(host.log).toContainText('Round and round');
  await host.button('Stop').click();
  expect(await (await cancelled).json()).toMatchObject({ status: 'cancelled' });
  expect((await cancelled).request().headers()['x-user-id']).toBe('u1');
  await host.answered();
  const [, change] = (await host.received('thread.change'))[0] as [string, { threadId: string }];
  const state = await page.evaluate(
    async (id) => (await fetch(`chatkit/threads/${id}/run`)).json(),
    change.threadId,
  );
  expect(state).toMatchObject({ run: null, last: { status: 'cancelled' } });
});
