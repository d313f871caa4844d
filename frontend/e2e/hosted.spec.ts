import type { Locator, Page, Request } from '@playwright/test';
import { hasNothingSerious } from './axe';
import { expect, test } from './chat-page';
import { ANSWER, standIn } from './official';

/** Keys that the stand-in of OpenAI's API knows (tests/openai_server.py). */
const GOOD = 'sk-good-0123456789';
const WRONG = 'sk-wrong-0000';
const CDN = 'https://cdn.platform.openai.com/**';
const isSession = (request: Request) => request.url().endsWith('/api/create-session');

/** The list of hosted workflows and the key for them, which stand behind Import. */
async function openImport(page: Page) {
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  return page.getByRole('dialog', { name: 'Import from OpenAI' });
}

async function giveKey(page: Page, key: string, submit = 'Start the chat') {
  const main = page.getByRole('main');
  await main.getByLabel('OpenAI API key').fill(key);
  await main.getByRole('button', { name: submit }).click();
}

test('a hosted workflow is chatted with through a session, and the key is sent nowhere else', async ({
  chat,
  page,
  baseURL,
}) => {
  const { asked } = await standIn(page, baseURL ?? '');
  const withKey: string[] = [];
  page.on('request', (request) => {
    const text = `${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`;
    if (text.includes(GOOD)) withKey.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  const logged: string[] = [];
  page.on('console', (message) => logged.push(message.text()));

  await page.goto('./?workflow=wf_support');
  await chat.shot('30-key');
  const making = page.waitForResponse((response) => isSession(response.request()));
  await giveKey(page, GOOD);
  const session = await (await making).json();
  await chat.ask('Hello');
  await expect(chat.log).toContainText(ANSWER);
  expect(asked.map(({ secret }) => secret)).toEqual(asked.map(() => session.client_secret));
  expect(withKey).toEqual(['POST /api/create-session']);
  expect(logged.join()).not.toContain(GOOD);
  expect(page.url()).not.toContain('sk-');
  await chat.shot('31-hosted');

  await test.step('a reload of the tab keeps the key, another tab has none', async () => {
    await page.reload();
    await expect(chat.composer).toBeVisible();
    const other = await page.context().newPage();
    await other.route(CDN, (route) => route.abort());
    await other.goto('./?agent=research');
    const dialog = await openImport(other);
    await expect(dialog.getByText('wf_support')).toBeVisible();
    await expect(dialog.getByText('No API key yet')).toBeVisible();
    await other.close();
  });

  await test.step('it is kept on the device when asked for, and forgotten on request', async () => {
    const dialog = await openImport(page);
    await dialog.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('OpenAI API key').fill(`${GOOD}-2`);
    await dialog.getByLabel('Remember on this device').check();
    await dialog.getByRole('button', { name: 'Use this key' }).click();
    await expect(dialog.getByText('On this device')).toBeVisible();
    const kept = () => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(await kept()).toContain(`${GOOD}-2`);
    await dialog.getByRole('button', { name: 'Forget' }).click();
    expect(await kept()).not.toContain('sk-good');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(page.getByRole('heading', { name: /needs your API key/ })).toBeVisible();
  });
});

test('a session is renewed before it ends, and a secret that was refused is replaced', async ({
  chat,
  page,
  baseURL,
}) => {
  const { asked, refuse } = await standIn(page, baseURL ?? '');
  await page.clock.install();
  await page.goto('./?workflow=wf_support');
  await giveKey(page, GOOD);
  await chat.ask('Hello');
  await expect(chat.log).toContainText(ANSWER);
  const first = asked.at(-1)?.secret;

  const renewing = page.waitForResponse((response) => isSession(response.request()));
  await page.clock.fastForward('09:30');
  const second = (await (await renewing).json()).client_secret;
  refuse(first);
  chat.tolerated = /401/;
  await chat.ask('Again');
  await expect.poll(() => asked.at(-1)).toMatchObject({ secret: second });
  await expect(chat.log.getByText(ANSWER)).toHaveCount(2);
});

test('a key that OpenAI refuses is asked for again, and what else goes wrong is a sentence', async ({
  chat,
  page,
  baseURL,
}) => {
  chat.tolerated = /status of (404|422)/;
  await standIn(page, baseURL ?? '');
  await page.goto('./?workflow=wf_support');
  await giveKey(page, WRONG);
  await expect(page.getByRole('alert')).toContainText('OpenAI did not accept the API key');
  await chat.shot('32-refused');
  await giveKey(page, GOOD, 'Use another key');
  await expect(chat.composer).toBeVisible();

  await page.goto('./?workflow=wf_unpublished');
  await expect(page.getByRole('alert')).toContainText('OpenAI does not know wf_unpublished');
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
});

test('a file that has no workflows is refused in another colour than what went well', async ({
  chat,
  page,
}) => {
  await chat.open();
  const dialog = await openImport(page);
  const notice = dialog.locator('.notice');
  const choose = (content: string) =>
    dialog
      .getByLabel('File of workflows')
      .setInputFiles({ name: 'list.json', mimeType: 'application/json', buffer: Buffer.from(content) });
  const colourOf = (notice: Locator) =>
    notice.evaluate((element) => getComputedStyle(element).backgroundColor);
  await choose('[{"id":"wf_a"}]');
  await expect(notice.and(page.getByRole('status'))).toHaveText('Imported: 1.');
  const calm = await colourOf(notice);
  await choose('wf_b');
  await expect(notice.and(page.getByRole('alert'))).toContainText('“list.json” is not JSON');
  expect(await colourOf(notice)).not.toBe(calm);
  await hasNothingSerious(chat, 'a file that was refused');
  await chat.shot('34-refused-file');
});

test.describe('the element', () => {
  const choose = async (page: Page, name: string) => {
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page.getByRole('radio', { name: new RegExp(`^${name}`) }).check();
  };
  const inUse = (page: Page) => page.getByRole('complementary', { name: 'Settings' }).getByText(/^In use:/);

  test('is switched to OpenAI’s and back, for an agent of this server', async ({ chat, page, baseURL }) => {
    await standIn(page, baseURL ?? '');
    await chat.open('story');
    await choose(page, 'Official');
    await expect(inUse(page)).toContainText('In use: OpenAI’s element.');
    await chat.askForStory();
    await chat.goOn();
    await chat.answered();
    await page.getByRole('radio', { name: /^Built-in/ }).check();
    await expect(inUse(page)).toContainText('In use: the built-in element.');
  });

  test('falls back to the built-in one when OpenAI’s cannot be loaded, and shows why', async ({
    chat,
    page,
  }) => {
    chat.tolerated = /net::ERR_FAILED/;
    await page.route(CDN, (route) => route.abort());
    await chat.open();
    await choose(page, 'Automatic');
    await expect(inUse(page)).toContainText(
      'In use: the built-in element. The script of cdn.platform.openai.com',
    );
    await expect(chat.composer).toBeVisible();
  });

  test('of OpenAI that does not get ready shows why, and ours is one click away', async ({ chat, page }) => {
    await page.route(CDN, (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: `customElements.define('openai-chatkit', class extends HTMLElement {
          setOptions() {
            const error = new Error('Domain verification failed for this page');
            queueMicrotask(() => this.dispatchEvent(new CustomEvent('chatkit.error', { detail: { error } })));
          }
        })`,
      }),
    );
    await page.goto('./?agent=research');
    await choose(page, 'Official');
    const alert = page.getByRole('alert');
    await expect(alert).toContainText('OpenAI does not allow its chat on 127.0.0.1');
    await chat.shot('33-domain');
    await alert.getByRole('button', { name: 'Use the built-in element' }).click();
    await expect(chat.composer).toBeVisible();
  });
});
