/** The demo app as its first notes describe it, with what the first app has left in the browser. */
import { expect, test } from './chat-page';
import { standIn } from './official';

/** A key that the stand-in of OpenAI's API knows (tests/openai_server.py). */
const KEY = 'sk-good-0123456789';
const id = (number: number) => `wf_68e8c1f2a4b88190a7d1c53e0d1b2f${String(number).padStart(2, '0')}`;

test('sixty workflows of the first app are there, scroll behind Import, and open with its key', async ({
  chat,
  page,
  baseURL,
}) => {
  const { asked } = await standIn(page, baseURL ?? '');
  await page.goto('./health');
  await page.evaluate(
    ([workflows, active, key]) => {
      localStorage.setItem('chatkit_workflows', workflows as string);
      localStorage.setItem('chatkit_active_workflow', active as string);
      localStorage.setItem('chatkit_api_key', key as string);
      localStorage.setItem('chatkit_sidebar_collapsed', 'false');
    },
    [
      JSON.stringify(Array.from({ length: 60 }, (_, at) => ({ id: id(at), label: `Flow ${at}` }))),
      id(3),
      KEY,
    ],
  );
  await page.goto('./');
  const openImport = () => page.getByRole('button', { name: 'Import', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Import from OpenAI' });
  const list = dialog.getByRole('navigation', { name: 'Workflows hosted by OpenAI' });
  const row = (number: number) => list.getByRole('listitem').nth(number);
  const mark = (number: number) => row(number).locator('.connection-mark');

  await expect(chat.composer).toBeVisible();
  await openImport();
  await expect(list.getByRole('listitem')).toHaveCount(60);
  await expect(row(3)).toContainText('Flow 3');
  await expect(row(3)).toContainText('wf_68e8c…2f03');
  await expect(row(3).getByRole('link')).toHaveAttribute('aria-current', 'page');
  await expect(list.locator('.connection-mark')).toHaveCount(1);
  const colour = await mark(3).evaluate((element) => getComputedStyle(element).color);
  const [red, green, blue] = (colour.match(/\d+/g) ?? []).map(Number) as [number, number, number];
  expect(green).toBeGreaterThan(Math.max(red, blue));
  const accent = await page.evaluate(() =>
    getComputedStyle(document.documentElement).getPropertyValue('--brand').trim(),
  );
  expect(accent).toBe('#10a37f');

  await row(59).scrollIntoViewIfNeeded();
  await expect(row(59)).toBeInViewport();
  expect(await page.evaluate(() => [scrollY, document.documentElement.scrollHeight])).toEqual([0, 800]);
  await expect(dialog.getByRole('button', { name: 'Close' })).toBeInViewport();
  await chat.shot('demo-notes-list');

  // Another one is a click away, without the key again.
  await row(59).getByRole('link').click();
  await expect(dialog).toBeHidden();
  expect(new URL(page.url()).search).toBe(`?workflow=${id(59)}`);
  await openImport();
  // Under the pointer stand the tools of a row.
  await dialog.getByRole('heading', { name: 'Import from OpenAI' }).hover();
  await expect(mark(59)).toBeVisible();
  await expect(mark(3)).toHaveCount(0);
  await page.keyboard.press('Escape');
  await chat.ask('Hello');
  await expect(chat.answers()).toHaveCount(1);
  expect(asked.at(-1)?.type).toBe('threads.create');

  const sidebar = page.getByRole('complementary', { name: 'Agents and chats' });
  await page.getByRole('button', { name: 'Collapse the sidebar' }).click();
  await expect.poll(async () => (await sidebar.boundingBox())?.width).toBe(50);
  const [logo, arrow] = [sidebar.locator('.logo'), page.getByRole('button', { name: 'Expand the sidebar' })];
  expect((await logo.boundingBox())?.y).toBeLessThan(60);
  expect((await arrow.boundingBox())?.y).toBeGreaterThan(600);
  const grey = await arrow.evaluate((element) => getComputedStyle(element).color);
  expect(new Set((grey.match(/\d+/g) ?? []).slice(0, 2)).size).toBe(1);
  await chat.shot('demo-notes-collapsed');
});
