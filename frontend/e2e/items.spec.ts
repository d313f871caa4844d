import { expect, test } from './chat-page';

test('every kind of item is displayed', { tag: '@phone' }, async ({ chat }) => {
  await chat.open('items');
  await chat.ask('everything');
  await chat.answered();
  const { log } = chat;

  await test.step('workflows and tasks', async () => {
    await chat.button('Thought for 1 min 5 sec').click();
    await expect(log.getByText('The order matters.')).toBeVisible();
    await expect(chat.button('Looked into locks')).toHaveAttribute('aria-expanded', 'true');
    await expect(log.getByRole('link', { name: 'site-8.example' })).toHaveCount(0);
    await chat.button('Show all 10 sources').click();
    await expect(log.getByRole('link', { name: 'site-8.example' })).toBeVisible();
    await chat.shot('items-1-workflows');
    await chat.button('Looked into locks').click();
    await expect(log.getByText('Weighed both')).toHaveCount(0);
  });

  await test.step('Markdown, code and sources', async () => {
    const answer = chat.answers().first();
    await answer.getByRole('heading', { name: 'What a lock is for' }).scrollIntoViewIfNeeded();
    await expect(answer.getByRole('table').getByRole('row')).toHaveCount(3);
    await expect(answer.locator('.hljs-keyword').first()).toHaveText('async');
    await expect(answer.getByRole('link', { name: /^Source 1: PostgreSQL/ })).toHaveAttribute(
      'rel',
      /noopener/,
    );
    await expect(answer.locator('.cite-entity')).toHaveText('Ticket 7');
    await answer.locator('.cite-entity').hover();
    await expect(chat.frame.getByRole('tooltip')).toHaveText(
      /^Ticket 7: slow writes in the shop\s+Opened by the team/,
    );
    await chat.shot('items-2-entity');
    await expect(answer.getByRole('region', { name: 'Sources' }).getByRole('listitem')).toHaveCount(3);
    await answer.locator('.md-pre').scrollIntoViewIfNeeded();
    await chat.shot('items-2-answer');
  });

  await test.step('a picture that can be enlarged', async () => {
    await chat.button('Enlarge Made for this answer').click();
    const large = chat.frame.getByRole('dialog', { name: 'Made for this answer' });
    await expect(large).toBeVisible();
    await chat.shot('items-3-enlarged');
    await large.press('Escape');
    await expect(large).toHaveCount(0);
  });

  await test.step('notices', async () => {
    await expect(chat.frame.getByRole('status').filter({ hasText: '80 of 100' })).toBeVisible();
    await expect(
      chat.frame.getByRole('alert').filter({ hasText: 'The search was not available' }),
    ).toBeVisible();
    await expect(chat.frame.getByRole('link', { name: 'See plans' })).toBeVisible();
    await chat.frame.getByText('not available').scrollIntoViewIfNeeded();
    await chat.shot('items-4-notices');
  });
});

test('work in progress is displayed as it goes, and comes to rest', { tag: '@phone' }, async ({ chat }) => {
  await chat.open('items');
  await chat.ask('at work');
  await expect(chat.frame.getByRole('status').filter({ hasText: 'Asking two more places' })).toBeVisible();
  await expect(chat.log.getByRole('img', { name: 'Running' })).toBeVisible();
  await expect(chat.log.getByRole('progressbar', { name: 'Creating the image' })).toHaveJSProperty(
    'value',
    0.4,
  );
  await chat.shot('items-5-at-work');
  await chat.goOn('items');
  await chat.answered();
  await expect(chat.button('3 steps')).toHaveAttribute('aria-expanded', 'false');
  await expect(chat.log.getByRole('progressbar')).toHaveCount(0);
  await expect(chat.button('Enlarge Made for this answer')).toBeVisible();
});

test('questions are answered with the keyboard, and stay as they were answered', { tag: '@phone' }, async ({
  chat,
}) => {
  await chat.open('items');
  await chat.ask('questions');
  await chat.answered();
  await chat.shot('items-6-questions');
  await chat.button('Continue').click();
  await expect(chat.frame.getByRole('alert')).toHaveText('Answer at least one question, or skip.');
  await chat.log.getByRole('radio', { name: 'Huge' }).press('Space');
  await chat.log.getByRole('checkbox', { name: 'Jobs' }).press('Space');
  await chat.log.getByRole('textbox', { name: 'Something else: Who writes to it?' }).fill('Robots');
  const why = chat.log.getByRole('textbox', { name: /What is slow/ });
  await why.fill('Writes');
  await chat.button('Continue').press('Enter');
  await expect(chat.answers().last()).toHaveText('You chose size: Huge; writers: Jobs, Robots; why: Writes.');
  await expect(chat.log.getByRole('definition')).toHaveText(['Huge', 'Jobs, Robots', 'Writes']);
  await chat.shot('items-7-answered');
});

test('the page is asked for what it knows, and has the effects of an answer', async ({ chat, page }) => {
  chat.tolerated = /where_am_i|onClientTool/;
  await chat.open('items');
  const effect = page.evaluate(
    () =>
      new Promise((resolve) => {
        const element = document.querySelector('openai-chatkit');
        element?.addEventListener('chatkit.effect', (event) => resolve((event as CustomEvent).detail));
      }),
  );
  await chat.ask('tool');
  expect(await effect).toEqual({ name: 'flash', data: { color: 'green' } });
  await expect(chat.answers().last()).toContainText('The page gave');
  await chat.answered();
  await expect(chat.log.getByText('did not answer')).toHaveCount(0);
  await page.reload();
  await expect(chat.answers().last()).toContainText('The page gave');
  await expect(chat.log.getByText('did not answer')).toHaveCount(0);
});

test('an answer that failed can be asked for again', async ({ chat }) => {
  chat.tolerated = /The model is busy/;
  await chat.open('items');
  await chat.ask('error');
  await expect(chat.frame.getByRole('alert')).toContainText('The model is busy.');
  const retried = chat.request('threads.retry_after_item');
  await chat.button('Try again').click();
  await retried;
  await expect(chat.frame.getByRole('alert')).toContainText('The model is busy.');
});

for (const [asked, reason] of [
  ['lock', 'Locked by a moderator until Monday.'],
  ['close', 'This ticket is solved. Start a new chat for anything else.'],
] as const) {
  test(`a thread that an agent was asked to ${asked} shows the reason, and accepts nothing`, async ({
    chat,
    page,
  }) => {
    await chat.open('items');
    await chat.ask(asked);
    await expect(chat.frame.getByText(reason)).toBeVisible();
    await expect(chat.composer).toHaveCount(0);
    await page.reload();
    await expect(chat.frame.getByText(reason)).toBeVisible();
    await expect(chat.button('Retry')).toBeDisabled();
    await chat.shot(`items-8-${asked}`);
  });
}

test('what is selected of an answer can be asked about', async ({ chat, page }) => {
  await chat.open('items');
  await chat.ask('everything');
  await chat.answered();
  await chat.answers().first().getByText('row lock', { exact: true }).dblclick();
  await expect(chat.button('Ask about this')).toBeVisible();
  await chat.shot('items-9-quote');
  await chat.button('Ask about this').click();
  await expect(chat.composer).toBeFocused();
  await page.keyboard.type('Why?');
  await page.keyboard.press('Enter');
  await expect(chat.log.getByRole('article', { name: 'You said' }).last().getByRole('blockquote')).toHaveText(
    'lock',
  );
  await expect(chat.answers().last()).toHaveText('You said “why?” about “lock”.');
});

test('code, answers and questions can be copied', async ({ chat, context, page }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await chat.open('items');
  await chat.ask('everything');
  await chat.answered();
  await chat.button('Copy code').click();
  await expect.poll(copied).toContain('account.balance -= amount  # cents');
  await chat.button('Copy').click();
  await expect.poll(copied).toMatch(/^## What a lock is for[\s\S]*Row locks: two writers, one row\.$/);
  await chat.log.getByRole('article', { name: 'You said' }).hover();
  await chat.button('Copy your message').click();
  await expect.poll(copied).toBe('everything');
});

test('an answer can neither run script nor load what it may not', async ({ chat, page }) => {
  const loaded: string[] = [];
  await page.route(/\.example\//, (route) => {
    loaded.push(route.request().url());
    return route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' });
  });
  await chat.open('items');
  await chat.ask('domains');
  await chat.answered();
  await chat.ask('hostile');
  await chat.answered();
  const answer = chat.answers().last();
  await expect(answer).toContainText('The end.');
  await answer.getByRole('img', { name: 'allowed' }).scrollIntoViewIfNeeded();
  await expect(answer.getByRole('img', { name: 'allowed' })).toHaveJSProperty('complete', true);
  expect(loaded).toEqual(['https://cdn.pictures.example/dot.svg']);
  // The tag that is not allowed is text, and so is the address in it.
  await expect(answer.getByRole('link')).toHaveCount(2);
  await expect(answer.getByText("<iframe src='https://tracker.example/frame")).toBeVisible();
  await expect(answer.getByRole('link', { name: 'fine' })).toHaveAttribute('rel', 'noopener noreferrer');
  await expect(answer.getByText('elsewhere')).toBeVisible();
  await expect(answer.locator('script, iframe, style, source, [onerror]')).toHaveCount(0);
  for (const frame of page.frames()) expect(await frame.evaluate('window.hacked')).toBeUndefined();
});
