import { readFileSync } from 'node:fs';
import { type ChatPage, expect, test } from './chat-page';

const DOCUMENT = readFileSync(new URL('markdown.md', import.meta.url), 'utf8');

/** Asks for markdown.md, of which the first half is there then. */
async function askForHalf(chat: ChatPage) {
  await chat.open('items');
  await chat.ask('markdown');
  const answer = chat.answers().last();
  await expect(answer.getByRole('listitem')).toHaveText('one tw');
  return answer;
}

async function complete(chat: ChatPage) {
  await chat.goOn('items');
  await chat.answered();
}

/** What a page translation, or an extension for spelling, makes of each text of the frame. */
const change = (chat: ChatPage, how: 'translate' | 'wrap' | 'remove', within = 'body') =>
  chat.frame.locator(within).evaluate((root, by) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      if (!text.data.trim() || text.parentElement?.closest('textarea, script, style')) continue;
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      outer.append(inner);
      text.replaceWith(...(by === 'remove' ? [] : [outer]));
      if (by === 'translate') inner.textContent = text.data.toUpperCase();
      if (by === 'wrap') inner.append(text);
    }
  }, how);

test('an answer shows what the model meant, while it is written and afterwards', async ({ chat }) => {
  const answer = await askForHalf(chat);
  await expect(answer).not.toContainText('**');
  await expect(answer.locator('.katex').first()).toBeVisible();
  await complete(chat);

  await expect(answer).toContainText('$5 to $10, or $20/month. A range is 5~7 cm');
  await expect(answer).toContainText('Replace <your-name> with a List<String>, or a List<String>');
  await expect(answer.getByText('“重要”')).toHaveCSS('font-weight', '650');
  await expect(answer.locator('math')).toHaveCount(6);
  // A formula that is none is its source, and nothing is red.
  await expect(answer).toContainText('$\\frac{1}{$, and one that is: \\(\\undefinedmacro{x}\\)');
  await expect(answer.locator('.katex-error')).toHaveCount(0);
  await expect(answer.getByText('graph TD; A-->B')).toBeVisible();
  await expect(answer.getByText('Hidden text.')).toBeHidden();
  await answer.getByText('More details').click();
  await expect(answer.getByText('Hidden text.')).toBeVisible();
  await expect(answer.getByText('שלום')).toHaveAttribute('dir', 'rtl');

  const note = answer.getByRole('link', { name: 'Note 2', exact: true });
  const before = chat.page.url();
  await note.click();
  const definition = answer.getByRole('region', { name: 'Notes' }).getByRole('listitem').nth(1);
  await expect(definition).toBeFocused();
  await expect(definition).toBeInViewport();
  await definition.getByRole('link', { name: 'Back to note 2 in the text' }).press('Enter');
  await expect(note).toBeFocused();
  await expect(note).toBeInViewport();
  expect(chat.page.url()).toBe(before);

  // Nothing but what scrolls by itself is wider than the frame.
  const root = chat.frame.locator('html');
  expect(await root.evaluate((html) => html.scrollWidth - html.clientWidth)).toBe(0);
});

test('a table that is too wide is reached and scrolled by the keyboard', async ({ chat, page }) => {
  await page.setViewportSize({ width: 390, height: 760 });
  await askForHalf(chat);
  await complete(chat);
  const table = chat.answers().last().getByRole('region', { name: 'Table' });
  await table.focus();
  await table.press('ArrowRight');
  await expect.poll(() => table.evaluate((box) => box.scrollLeft)).toBeGreaterThan(0);
});

test('what is copied of a formula is its source', async ({ chat, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const answer = await askForHalf(chat);
  await complete(chat);
  await answer.getByText('Energy is').evaluate((paragraph) => {
    getSelection()?.selectAllChildren(paragraph);
    document.execCommand('copy');
  });
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain('Energy is $E = mc^2$, and \\(a^2 + b^2 = c^2\\) for the $n$th time.');
});

test('footnotes of one answer do not lead into another', async ({ chat }) => {
  await askForHalf(chat);
  await complete(chat);
  await chat.ask('markdown');
  await expect(chat.answers()).toHaveCount(2);
  await expect(chat.answers().last().getByRole('listitem')).toHaveText('one tw');
  await complete(chat);
  const ids = await chat.log.evaluate((log) => [...log.querySelectorAll('[id]')].map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  const last = chat.answers().last();
  await last.getByRole('link', { name: 'Note 1', exact: true }).click();
  await expect(last.getByRole('region', { name: 'Notes' }).getByRole('listitem').first()).toBeFocused();
});

for (const how of ['translate', 'wrap'] as const) {
  test(`a browser or an extension may ${how} every text, and the chat goes on`, async ({ chat }) => {
    const answer = await askForHalf(chat);
    await change(chat, how);
    await complete(chat);
    await expect(answer).toContainText(/at last\./i);
    await expect(answer.getByRole('table')).toBeVisible();
    await change(chat, how);

    await chat.composer.fill('A new <b>question</b>\n\n   with   spaces');
    await change(chat, how);
    await change(chat, 'remove', 'form');
    await chat.composer.press('Enter');
    await chat.answered();
    const question = chat.log.locator('.bubble-words').last();
    await expect(question).toContainText('A new <b>question</b>');
    expect(await question.innerText()).toBe('A new <b>question</b>\n\n   with   spaces');

    await change(chat, how);
    await chat.button('New chat').click();
    await expect(chat.answers()).toHaveCount(0);
    await chat.ask('hello');
    await chat.answered();
    await expect(chat.answers().last()).toContainText('You said “hello”');
  });
}

test('an answer in the source of which a letter is lost would be found', async ({ chat }) => {
  const answer = await askForHalf(chat);
  await complete(chat);
  const words: string[] = (await answer.innerText()).match(/[A-Za-z]{4,}/g) ?? [];
  const written = DOCUMENT.replace(
    /\[\^?\w+\]:?|\(https:[^)]*\)|`{3}\w+|\$[^$]*\$|\\\([^)]*\)|<\/?\w+>/g,
    ' ',
  );
  const missing = (written.match(/[A-Za-z]{4,}/g) ?? []).filter((word) => !words.includes(word));
  expect(missing.filter((word) => !['Hidden', 'https', 'name', 'your', 'String'].includes(word))).toEqual([]);
});

test('a long answer streams without blocking a slow machine', { tag: '@timing' }, async ({ chat, page }) => {
  await chat.open('items');
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.frames()[1]?.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    new PerformanceObserver((list) => {
      tasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'longtask' });
  });
  await chat.ask('long');
  await expect(chat.button('Send message')).toBeVisible({ timeout: 120_000 });
  const tasks = (await page.frames()[1]?.evaluate('window.tasks')) as number[];
  console.log(
    `5,000 words at a quarter of the speed: ${tasks.length} tasks above 50 ms, longest ${Math.max(0, ...tasks)} ms`,
  );
  // Drawn as a whole with each word it would be hundreds, and seconds long at the end.
  expect(Math.max(0, ...tasks)).toBeLessThan(1_000);
});
