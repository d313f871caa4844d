import { type ChatPage, expect, test } from './chat-page';
import { HostPage } from './host-page';

/** Where the last question stands in the view, from its top, and how much of the view is left below its end. */
const question = (chat: ChatPage) =>
  chat.frame.locator('.thread').evaluate((box) => {
    const view = box.getBoundingClientRect();
    const last = [...box.querySelectorAll('.bubble')].at(-1)?.getBoundingClientRect() ?? view;
    return { top: last.top - view.top, room: view.bottom - last.bottom, view: view.height };
  });
const top = (chat: ChatPage) => chat.frame.locator('.thread').evaluate((box) => box.scrollTop);
const belowView = (chat: ChatPage) =>
  chat.frame.locator('.thread').evaluate((box) => {
    const end = [...box.querySelectorAll('.turn > *')].at(-1)?.getBoundingClientRect().bottom ?? 0;
    return end - box.getBoundingClientRect().bottom;
  });

async function isAtTop(chat: ChatPage) {
  await expect
    .poll(async () => Math.abs((await question(chat)).top), 'the question is at the top')
    .toBeLessThan(24);
}

test('a new question goes to the top and its answer grows below it', { tag: '@phone' }, async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({ threadItemActions: { retry: true } }), 'chatkit/mirror');
  for (const short of ['One', 'Two', 'Three']) {
    await host.ask(short);
    await host.answered();
  }
  await isAtTop(host);

  await test.step('the view changes its size', async () => {
    const before = page.viewportSize() ?? { width: 0, height: 0 };
    for (const size of [{ width: 640, height: 400 }, { width: 320, height: 256 }, before]) {
      await page.setViewportSize(size);
      await isAtTop(host);
    }
  });

  await test.step('a long question shows its end', async () => {
    await host.ask(Array.from({ length: 40 }, (_, at) => `Reason ${at}`).join(', and then '));
    await expect.poll(async () => (await question(host)).room).toBeGreaterThan(0);
    const { room, view } = await question(host);
    expect(room).toBeGreaterThan(view * 0.4);
    await host.answered();
  });

  await test.step('an answer longer than the view', async () => {
    await host.set(() => ({ threadItemActions: { retry: true } }), 'chatkit/story');
    await expect(host.composer).toBeVisible();
    await host.askForStory();
    const place = await top(host);
    expect((await question(host)).top).toBeLessThan(24);
    await expect(host.button('Jump to latest')).toBeVisible();
    await host.goOn();
    await host.answered();
    expect(await top(host)).toBe(place);
    await host.button('Jump to latest').click();
    await expect.poll(() => belowView(host)).toBeLessThan(1);
    await expect(host.button('Jump to latest')).toHaveCount(0);
    await host.button('Retry').click();
    await isAtTop(host);
    await host.goOn();
    await host.answered();
    await isAtTop(host);
  });
});

test('a user who scrolls is left there, and a thread opens at its end', async ({
  page,
  baseURL,
  context,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({}), 'chatkit/story');
  await host.askForStory();
  await host.goOn();
  await host.answered();
  const thread = await page.evaluate(() => {
    const changes = window.received.filter(([name]) => name === 'thread.change');
    return (changes.at(-1)?.[1] as { threadId: string } | undefined)?.threadId ?? null;
  });

  await host.ask('Tell me another story');
  await host.isHalfTold();
  await isAtTop(host);
  await host.frame.locator('.thread').hover();
  await page.mouse.wheel(0, 300);
  await expect.poll(async () => (await question(host)).top).toBeLessThan(-200);
  const place = await top(host);

  // Another tab opens it in the middle of the answer, at what is its end then.
  const other = await HostPage.open(await context.newPage(), baseURL);
  await other.page.evaluate(
    (id) => window.chat.setOptions({ api: { url: 'chatkit/story', domainKey: 'local' }, initialThread: id }),
    thread,
  );
  await expect(other.answers().last()).toContainText('Line 100:');
  const before = await top(other);
  expect(before).toBeGreaterThan(1000);

  await host.goOn();
  await host.answered();
  expect(await top(host)).toBe(place);
  await expect(other.answers().last()).toContainText('Line 200:');
  expect(await top(other), 'what comes in below does not move it').toBe(before);

  // What this tab asks now is for itself to show.
  await host.ask('Tell me a third story');
  await isAtTop(host);
  await other.page.evaluate(() => window.chat.fetchUpdates());
  await expect(other.log).toContainText('Tell me a third story');
  expect(await top(other)).toBe(before);
  await expect(other.button('Jump to latest')).toBeVisible();
  await host.goOn();
  await host.answered();
});

test('with autoScroll the newest line stays in view until the user scrolls up', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({ thread: { autoScroll: true } }), 'chatkit/story');
  await host.askForStory();
  await expect.poll(() => belowView(host)).toBeLessThan(50);
  await host.frame.locator('.thread').hover();
  await page.mouse.wheel(0, -400);
  await expect.poll(() => belowView(host)).toBeGreaterThan(200);
  const place = await top(host);
  await host.goOn();
  await host.answered();
  expect(await top(host)).toBe(place);
});
