import { ChatPage, expect, test } from './chat-page';

test('a question is searched, answered with citations, followed up, kept, renamed, rated, retried and deleted', {
  tag: '@phone',
}, async ({ chat, page }) => {
  await chat.open();
  await chat.shot('1-start');

  // On a phone the one header is that of the page, with the name of the agent.
  const isPhone = (page.viewportSize()?.width ?? 0) < 500;
  const title = chat.frame.getByRole('heading', { name: isPhone ? 'Research' : 'Reloads and restarts' });

  /** On a phone it is a drawer. */
  const openSidebar = async () => {
    if (isPhone) await chat.button('Menu').click();
  };

  await test.step('ask, and watch results arrive', async () => {
    await chat.ask('How does an answer survive a reload?');
    await expect(chat.log.locator('.workflow')).toBeVisible();
    await chat.shot('2-searching');
  });

  await test.step('the answer streams in with citations', async () => {
    await chat.answered();
    await expect(chat.answers().last()).not.toBeEmpty();
    await expect(chat.log.getByRole('link', { name: /^Source 1:/ }).first()).toBeVisible();
    await expect(
      chat.log.getByRole('region', { name: 'Sources' }).last().getByRole('listitem'),
    ).not.toHaveCount(0);
    await chat.shot('3-answer');
  });

  await test.step('the search is a line, which opens; a result opens in a new tab', async () => {
    const line = chat.frame.getByRole('button', { name: /^Searched \d+ documents$/ });
    await expect(line).toHaveAttribute('aria-expanded', 'false');
    await expect(line.locator('.site-mark').first()).toBeVisible();
    await expect(chat.log.locator('.task-source')).toHaveCount(0);
    await line.click();
    await chat.shot('3-search-opened');
    const popup = page.waitForEvent('popup');
    await chat.log.locator('.task-source').first().click();
    const opened = await popup;
    expect(opened.url()).toMatch(/^https?:/);
    await opened.close();
    await line.click();
    await expect(chat.log.locator('.task-source')).toHaveCount(0);
  });

  await test.step('a follow-up is answered in the same thread', async () => {
    const before = await chat.answers().count();
    await chat.ask('And what about a server restart?');
    await chat.answered();
    await expect.poll(() => chat.answers().count()).toBeGreaterThan(before);
  });

  await test.step('the sidebar names the subject', async () => {
    await openSidebar();
    await expect(chat.chats.getByRole('link').first()).not.toHaveText('New chat');
    await chat.shot('4-chats');
  });

  await test.step('rename it', async () => {
    await chat.chats.getByRole('link').first().hover();
    await chat.chats
      .getByRole('button', { name: /^Actions for/ })
      .first()
      .click();
    await chat.shot('5-rename');
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await chat.chats.getByRole('textbox', { name: 'Title' }).fill('Reloads and restarts');
    await chat.chats.getByRole('textbox', { name: 'Title' }).press('Enter');
    await expect(chat.chats.getByRole('link', { name: 'Reloads and restarts' })).toBeFocused();
    if (isPhone) await page.keyboard.press('Escape');
  });

  await test.step('rate the answer', async () => {
    await chat.button('Good response').last().click();
    await expect(chat.button('Good response').last()).toHaveAttribute('aria-pressed', 'true');
  });

  await test.step('retry it', async () => {
    const retried = chat.request('threads.retry_after_item');
    await chat.button('Retry').last().click();
    await retried;
    await chat.answered();
    await expect(chat.log.getByRole('article', { name: 'You said' })).toHaveCount(2);
  });

  await test.step('all of it is there after a reload', async () => {
    const messages = await chat.log.getByRole('article').allInnerTexts();
    await page.reload();
    await expect(title).toBeVisible();
    await expect.poll(() => chat.log.getByRole('article').allInnerTexts()).toEqual(messages);
    await chat.shot('6-reloaded');
  });

  await test.step('delete it, take that back, and delete it', async () => {
    const row = chat.chats.getByRole('link', { name: 'Reloads and restarts' });
    for (const isMeant of [false, true]) {
      await openSidebar();
      await expect(row).toBeVisible();
      await row.hover();
      await chat.chats.getByRole('button', { name: 'Actions for “Reloads and restarts”' }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await expect(row).toHaveCount(0);
      await chat.shot('7-deleted');
      if (!isMeant) {
        await page.getByRole('button', { name: 'Undo' }).click();
        await expect(chat.log.getByRole('article').first()).toBeVisible();
      }
    }
    await expect(chat.log).toHaveCount(0);
    // A page that is left deletes it while the next one is opened.
    await expect(async () => {
      await page.reload();
      await expect(chat.composer).toBeVisible();
      await openSidebar();
      await expect(chat.chats).toContainText('No chats yet.', { timeout: 3_000 });
    }).toPass({ timeout: 30_000 });
  });
});

test('Escape stops an answer on the server too, and the next question works', async ({ chat, page }) => {
  await chat.open('story');
  await chat.askForStory();
  const cancelled = page.waitForRequest(/\/chatkit\/runs\/[^/]+\/cancel$/);
  await chat.composer.press('Escape');
  await cancelled;
  await chat.answered();
  await expect(chat.frame.getByRole('alert')).toHaveCount(0);
  await chat.ask('Another one');
  await expect(chat.answers()).toHaveCount(2);
  await chat.goOn();
  await chat.answered();
  await expect(chat.answers().last()).toContainText('Line 200:');
  await expect(chat.log.getByRole('article', { name: 'You said' })).toHaveCount(2);
});

test('the answer begins right below the question, also in a chat that is 640 px wide', async ({
  chat,
  page,
}) => {
  await page.setViewportSize({ width: 640, height: 720 });
  await chat.open();
  await chat.ask('How do I use a real model?');
  await chat.answered();
  await expect(chat.answers().last()).toContainText('Set a key');
  const question = await chat.log.getByRole('article', { name: 'You said' }).last().boundingBox();
  const answer = await chat.answers().last().boundingBox();
  if (!question || !answer) throw new Error('not drawn');
  expect(answer.y - question.y - question.height, 'between them is the line of the search').toBeLessThan(90);
  const listed = chat.log.getByRole('region', { name: 'Sources' }).getByRole('listitem');
  await expect(listed).toHaveCount(1);
  const passage = chat.answers().getByRole('heading', { name: /^Quickstart › Use a real model\b/ });
  await expect(passage).toHaveCount(1);
  await expect(listed).toContainText('Quickstart › Use a real model');
  await expect(chat.log.getByText('Quickstart › Use a real model'), 'over it and in the list').toHaveCount(2);
  await chat.shot('8-answer-640');
});

test('scrolling up while an answer comes in is respected', { tag: '@phone' }, async ({ chat }) => {
  await chat.open('story');
  await chat.askForStory();
  const thread = chat.frame.locator('.thread');
  const fromEnd = () => thread.evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop);
  await expect.poll(fromEnd, 'the newest words are in view').toBeLessThan(50);
  await thread.hover();
  await chat.page.mouse.wheel(0, -400);
  await expect.poll(fromEnd).toBeGreaterThan(200);
  const top = await thread.evaluate((box) => box.scrollTop);
  await chat.goOn();
  await chat.answered();
  expect(await thread.evaluate((box) => box.scrollTop)).toBe(top);
  await chat.button('Jump to latest').click();
  await expect.poll(fromEnd).toBeLessThan(50);
});

test('an answer another tab asked for comes here too, and what was sent meanwhile waits for it', async ({
  chat,
  context,
}) => {
  await chat.open('story');
  await chat.askForStory();
  await chat.goOn();
  await chat.answered();
  const second = new ChatPage(await context.newPage(), chat.project);
  await second.open('story');
  await expect(second.answers()).toHaveCount(1);
  await chat.ask('One more');
  await expect(chat.answers()).toHaveCount(2);
  await second.composer.fill('From here');
  await second.composer.press('Enter');
  await expect(second.log).toContainText('One more');
  await expect(second.frame.getByRole('list', { name: 'Waiting messages' })).toContainText('From here');
  await chat.goOn();
  await expect(second.answers().nth(1)).toContainText('Line 200:');
  await expect(second.log.getByRole('article', { name: 'You said' }).last()).toHaveText('From here');
  await second.isHalfTold();
  await chat.goOn();
  await second.answered();
  await second.page.close();
});

test('the theme follows the user’s choice and is remembered', async ({ chat, page }) => {
  await chat.open();
  const toggle = page.getByRole('button', { name: /^Theme:/ });
  await toggle.click();
  await expect(chat.frame.locator('html')).toHaveAttribute('data-theme', 'light');
  await toggle.click();
  await expect(chat.frame.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(chat.frame.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('nothing is wider than the screen, from the start screen to the answer', { tag: '@phone' }, async ({
  chat,
  page,
}) => {
  await chat.open();
  const overflow = () =>
    chat.frame.locator('html').evaluate((html) => {
      const scrollers = [html, ...html.querySelectorAll('.thread, .main, .history')];
      return Math.max(...scrollers.map((element) => element.scrollWidth - element.clientWidth));
    });
  expect(await overflow()).toBeLessThanOrEqual(0);
  await chat.ask(`What about ${'averyveryverylongword'.repeat(12)}?`);
  await chat.answered();
  expect(await overflow()).toBeLessThanOrEqual(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});
