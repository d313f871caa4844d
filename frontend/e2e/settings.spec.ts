import type { Page } from '@playwright/test';
import { expect, test } from './chat-page';
import { bundledReact } from './framework-page';

// The copied page comes from no network, and a browser guards this machine from pages of the open one.
test.use({ permissions: ['local-network-access', 'clipboard-read', 'clipboard-write'] });

/** A listed site of its own (tests/suite/browser_server.py lists it). */
const SHOP = 'http://shop.localhost/';

async function openSettings(page: Page) {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const panel = page.getByRole('complementary', { name: 'Settings' });
  for (const title of ['Header', 'Start screen', 'Composer'])
    await panel.getByText(title, { exact: true }).click();
  return panel;
}

async function copied(page: Page, language: string) {
  await page.getByRole('tab', { name: 'Code' }).click();
  await page.getByText(language, { exact: true }).click();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  return page.evaluate(() => navigator.clipboard.readText());
}

test('options are tried on the chat at once, kept, and run as copied code on a page of another site', async ({
  chat,
  page,
}) => {
  await chat.open();
  const panel = await openSettings(page);
  await test.step('the chat follows', async () => {
    await panel.getByLabel('Greeting').fill('Welcome to <the> "shop"');
    await expect(chat.frame.getByText('Welcome to <the> "shop"')).toBeVisible();
    await panel.getByLabel('Placeholder').fill('Ask the shop');
    await expect(chat.composer).toHaveAttribute('placeholder', 'Ask the shop');
    await panel.getByLabel('Background', { exact: true }).fill('#fff7e6');
    await expect(chat.frame.locator('body')).toHaveCSS('background-color', 'rgb(255, 247, 230)');
    await panel.getByRole('button', { name: 'Remove prompt 1' }).click();
    await panel.getByLabel('Label').first().fill('First thing');
    await expect(chat.button('First thing')).toBeVisible();
    await chat.shot('23-settings');
  });

  await test.step('a reload keeps them, and the panel', async () => {
    await page.reload();
    await expect(chat.composer).toHaveAttribute('placeholder', 'Ask the shop');
    await expect(panel.getByText('Options changed: 4')).toBeVisible();
  });

  await test.step('the copied page is that chat', async () => {
    const code = await copied(page, 'Plain page');
    await chat.shot('24-code');
    await page.route(SHOP, (route) => route.fulfill({ contentType: 'text/html', body: code }));
    await page.goto(SHOP);
    await expect(chat.frame.getByText('Welcome to <the> "shop"')).toBeVisible();
    await expect(chat.frame.locator('body')).toHaveCSS('background-color', 'rgb(255, 247, 230)');
    await chat.ask('What is a run?');
    await chat.answered();
    await expect(chat.answers()).not.toHaveCount(0);
  });
});

test('the copied React component is that chat, with the scripts that it names', async ({ chat, page }) => {
  await chat.open();
  const panel = await openSettings(page);
  await panel.getByLabel('Greeting').fill('Welcome to the shop');
  await panel.getByLabel('Left button').selectOption('menu');
  const code = await copied(page, 'React');
  const scripts = [...code.matchAll(/^\/\/ +(<script .*<\/script>)$/gm)].map(([, script]) => script);
  expect(scripts).toHaveLength(2);
  const body = `<!doctype html><head>${scripts.join('')}</head><div id="app"></div>
    <script type="module">${await bundledReact(code)}</script>`;
  await page.route(SHOP, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(SHOP);
  await expect(chat.frame.getByText('Welcome to the shop')).toBeVisible();
  await expect(chat.button('Menu')).toBeVisible();
  await chat.ask('What is a run?');
  await chat.answered();
  await expect(chat.answers()).not.toHaveCount(0);
});

test('Reset brings back what the agent brings along', async ({ chat, page }) => {
  await chat.open();
  const panel = await openSettings(page);
  const greeting = chat.frame.getByText('What would you like to know?');
  await panel.getByLabel('Greeting').fill('Hello');
  await expect(greeting).toHaveCount(0);
  await panel.getByRole('button', { name: 'Reset' }).click();
  await expect(greeting).toBeVisible();
  await expect(panel.getByLabel('Greeting')).toHaveValue('');
});
