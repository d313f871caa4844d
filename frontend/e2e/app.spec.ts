import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './chat-page';

const WORKFLOW = 'wf_68e8c1f2a4b88190a7d1c53e0d1b2f4a';
const search = (page: Page) => new URL(page.url()).search;

async function add(page: Page, id: string, label = '') {
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Add workflow' }).click();
  await page.getByLabel('Workflow id').fill(id);
  await page.getByLabel(/^Label/).fill(label);
  await page.getByLabel(/^Label/).press('Enter');
}

test('connections of both kinds are switched between, and the address follows', async ({
  chat,
  page,
  baseURL,
}) => {
  // A workflow needs OpenAI's script; without a key nothing of it is visible, so an empty one will do.
  await page.route('https://cdn.platform.openai.com/**', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: "customElements.define('openai-chatkit', class extends HTMLElement {})",
    }),
  );
  await chat.open();
  expect(search(page)).toBe('?agent=research');
  await add(page, `${baseURL}?workflow=${WORKFLOW}`, 'Support bot');
  await expect(page.getByRole('heading', { name: 'Support bot needs your API key' })).toBeVisible();
  expect(search(page)).toBe(`?workflow=${WORKFLOW}`);
  await expect(page.getByRole('link', { name: 'The way out' })).toHaveAttribute(
    'href',
    /documents\/docs\/how-to\/(leaving-agent-builder|sessions)\.md$/,
  );

  await page.goBack();
  await expect(chat.composer).toBeVisible();
  expect(search(page)).toBe('?agent=research');
  await page.goForward();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  const row = page.getByRole('link', { name: /Support bot/ });
  await expect(row).toHaveAttribute('aria-current', 'page');
  await expect(row).toContainText('wf_68e8c…2f4a');

  await page.goto('./');
  await expect(page.getByRole('heading', { name: 'Support bot needs your API key' })).toBeVisible();
  expect(search(page)).toBe(`?workflow=${WORKFLOW}`);

  await page.getByRole('link', { name: /^Story/ }).click();
  await expect(chat.composer).toBeVisible();
  expect(search(page)).toBe('?agent=story');
});

test('a link that cannot be followed shows why, and loads nothing for it', async ({ chat, page }) => {
  const strangers: string[] = [];
  await page.route('https://cdn.platform.openai.com/**', (route) => {
    strangers.push(route.request().url());
    return route.abort();
  });
  await page.goto('./?workflow=asst_1');
  await expect(page.getByRole('heading', { name: 'Not a workflow id' })).toBeVisible();
  expect(strangers).toEqual([]);
  await page.getByRole('button', { name: 'Open the default agent' }).click();
  await expect(chat.composer).toBeFocused();

  chat.tolerated = /net::ERR_FAILED/;
  await page.goto(`./?workflow=${WORKFLOW}`);
  await expect(page.getByRole('heading', { name: 'The chat element could not be loaded' })).toBeVisible();
  await expect(page.getByRole('main').getByText(/^Agent Builder end(s|ed) on .*2026\./)).toBeVisible();
});

test('what the chat reports itself is not reported twice', async ({ chat, page }) => {
  await chat.open('story');
  chat.tolerated = /net::ERR_FAILED/;
  await page.route('**/chatkit/story', (route) => route.abort());
  await chat.composer.fill('Hello');
  await chat.composer.press('Enter');
  await expect(chat.frame.getByRole('alert')).toContainText('The server cannot be reached.');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('the sidebar folds to 50 pixels, with the logo and an arrow, and stays so', async ({ chat, page }) => {
  await chat.open();
  const sidebar = page.getByRole('complementary', { name: 'Agents and chats' });
  const width = async () => (await sidebar.boundingBox())?.width;
  expect(await width()).toBe(280);
  await page.getByRole('button', { name: 'Collapse the sidebar' }).click();
  await expect.poll(width).toBe(50);
  await page.reload();
  await expect(chat.composer).toBeVisible();
  expect(await width()).toBe(50);
  await page.getByRole('button', { name: 'Expand the sidebar' }).click();
  await expect.poll(width).toBe(280);
});

test('the list goes out as a file and comes in elsewhere', async ({ chat, page, browser, baseURL }) => {
  await page.addInitScript(() =>
    localStorage.setItem('chatkit_workflows', '[{"id":"wf_a","label":"From before"},{"id":"wf_b"}]'),
  );
  await chat.open();
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Export workflows' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('chatkit-workflows.json');
  const file = await download.path();
  expect(JSON.parse(await readFile(file, 'utf8')).workflows).toEqual([
    { id: 'wf_a', label: 'From before' },
    { id: 'wf_b', label: '' },
  ]);

  const elsewhere = await browser.newPage({ baseURL });
  await elsewhere.goto('./');
  await elsewhere.getByRole('button', { name: 'Import', exact: true }).click();
  await elsewhere.getByLabel('File of workflows').setInputFiles(file);
  await expect(elsewhere.getByRole('status').filter({ hasText: 'Imported: 2.' })).toBeVisible();
  await expect(elsewhere.getByRole('link', { name: /From before/ })).toBeVisible();
  await elsewhere.close();
});

test('the page loads nothing from elsewhere and is allowed no more than OpenAI’s element needs', async ({
  chat,
  page,
  baseURL,
}) => {
  const strangers: string[] = [];
  page.on('request', (request) => request.url().startsWith(baseURL ?? '') || strangers.push(request.url()));
  await chat.open();
  expect(strangers).toEqual([]);
  const directive = await page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
        document.head.append(
          Object.assign(document.createElement('script'), { src: 'https://example.com/a.js' }),
        );
      }),
  );
  expect(directive).toBe('script-src-elem');
  chat.tolerated = /Content Security Policy/;
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true });

  test('a phone has the connections in a drawer and the settings in a sheet', async ({
    chat,
    page,
    viewport,
  }) => {
    await chat.open();
    await chat.shot('20-first');
    const opener = chat.button('Menu');
    await opener.click();
    const drawer = page.getByRole('dialog', { name: 'Agents and chats' });
    await expect(drawer).toBeVisible();
    await chat.shot('21-drawer');
    await page.keyboard.press('Escape');
    await expect(drawer).toBeHidden();
    await expect(opener).toBeFocused();

    await opener.click();
    await drawer.getByRole('button', { name: 'Import', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Import from OpenAI' });
    await dialog.getByRole('button', { name: 'Add workflow' }).click();
    await page.keyboard.press('Escape');
    await expect(dialog.getByRole('button', { name: 'Add workflow' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await opener.click();
    await drawer.getByRole('link', { name: /^Story/ }).click();
    await expect(drawer).toBeHidden();
    await expect(chat.frame.getByRole('heading', { name: 'Story' })).toBeVisible();
    await chat.button('Settings').click();
    await expect(page.getByRole('complementary', { name: 'Settings' })).toBeVisible();
    await chat.shot('22-settings');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport?.width);
  });
});
