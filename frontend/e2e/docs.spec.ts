/** The code of docs/how-to/embedding.md and docs/how-to/widgets.md, run as it stands there; only the addresses are those here. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { type ChatPage, expect, test } from './chat-page';
import { converse } from './conversation';
import { bundledReact, bundledVue } from './framework-page';
import { standIn } from './official';

// Pages come from no network, and a browser guards this machine from pages of the open one.
test.use({ permissions: ['local-network-access'] });

const page = (name: string) => readFileSync(resolve(`../docs/how-to/${name}.md`), 'utf8');
const text = page('embedding');
/** A page on another port of the same machine. */
const SHOP = 'http://localhost:5173/';

function codeUnder(heading: string, language: string, within = text): string {
  const section = within.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const code = section
    .split(/^```/m)
    .find((block) => block.startsWith(`${language}\n`))
    ?.slice(language.length);
  if (!code) throw new Error(`The page has no ${language} under "${heading}".`);
  return code;
}

async function open(page: Page, address: string, body: string, baseURL = '') {
  const code = body
    .replaceAll("https://chat.example.com/chatkit'", `${baseURL}chatkit/mirror'`)
    .replaceAll('https://chat.example.com/chatkit"', `${baseURL}chatkit/mirror"`)
    .replaceAll('https://chat.example.com/', baseURL)
    .replaceAll('/assistant/', new URL(baseURL).pathname);
  await page.route(address, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Shop</title><body>${code}` }),
  );
  await page.goto(address);
}

async function answersOnce({ chat, page }: { chat: ChatPage; page: Page }) {
  const asking = chat.request('threads.create');
  await chat.ask('What survives a reload?');
  await chat.answered();
  await expect(chat.answers()).not.toHaveCount(0);
  expect(page.frames()).toHaveLength(2);
  return asking;
}

/** The second question is refused where the server does not know who asked the first. */
async function chats(shown: { chat: ChatPage; page: Page }) {
  const { chat } = shown;
  const asked = await answersOnce(shown);
  const first = await chat.answers().count();
  const following = chat.request('threads.add_user_message');
  await chat.ask('And what about a restart?');
  await chat.answered();
  await expect.poll(() => chat.answers().count()).toBeGreaterThan(first);
  await following;
  return asked;
}

test('the plain page chats', async ({ chat, page, baseURL }) => {
  await open(page, SHOP, codeUnder('A plain page', 'html'), baseURL);
  await expect(chat.frame.getByText('What would you like to know?')).toBeVisible();
  await converse(chat, 'On a plain page');
});

test('the page of the README chats', async ({ chat, page, baseURL }) => {
  const readme = readFileSync(resolve('../README.md'), 'utf8');
  const code = readme.split('PAGE = """')[1]?.split('"""')[0] ?? '';
  expect(code).toContain('<openai-chatkit');
  await open(page, `${baseURL}shop.html`, code, baseURL);
  await chats({ chat, page });
});

for (const framework of ['React', 'Vue'] as const)
  test(`the ${framework} component chats`, async ({ chat, page, baseURL }) => {
    const script = await (framework === 'Vue'
      ? bundledVue(codeUnder('Vue', 'vue'), codeUnder('Vue', 'js'))
      : bundledReact(codeUnder('React', 'jsx')));
    const body = `${codeUnder('React', 'html')}<div id="app"></div><script type="module">${script}</script>`;
    await open(page, SHOP, body, baseURL);
    await converse(chat, `In ${framework}`);
  });

test('the page of users who sign in sends their token', async ({ chat, page, baseURL }) => {
  await page.route(`${SHOP}chat-token`, (route) => route.fulfill({ body: 'token-of-ada' }));
  await open(page, SHOP, codeUnder('Users who sign in', 'html'), baseURL);
  const asking = chat.request('threads.create');
  await converse(chat, 'Signed in');
  expect(await (await asking).headerValue('authorization')).toBe('Bearer token-of-ada');
});

test('OpenAI’s element takes our fetch', async ({ chat, page, baseURL }) => {
  await standIn(page, baseURL ?? '');
  await open(page, `${baseURL}shop.html`, codeUnder("OpenAI's element", 'html'), baseURL);
  const asked = await chats({ chat, page });
  expect(page.frames()[1]?.url()).toContain('https://cdn.platform.openai.com/');
  expect(await asked.headerValue('x-chatkit-link')).not.toBeNull();
});

const folder = process.env.CHATKIT_LINK_E2E_WIDGETS ?? '';

test('the widgets of the docs are streamed, send their form, and act on the page', async ({
  chat,
  page: tab,
  baseURL,
}) => {
  test.skip(!folder, 'the folder of widgets is named by make test');
  const widgets = page('widgets');
  const form = 'Forms';
  const files = {
    note: codeUnder('Stream a widget', 'json', widgets),
    guest: codeUnder(form, 'json', widgets),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, `${name}.widget`), content);
  try {
    await chat.open('note');
    await chat.ask('When?');
    await expect(chat.log.locator('.widget')).toContainText('We leave at nine.');

    const html = codeUnder('Act on the host page', 'html', widgets);
    await open(tab, `${baseURL}shop.html`, html, baseURL);
    await chat.ask('Who comes?');
    await chat.answered();
    const widget = chat.log.locator('.widget');
    await widget.getByRole('textbox', { name: 'Name' }).fill('Ada');
    await widget.getByRole('checkbox', { name: 'A child' }).check();
    await widget.getByRole('button', { name: 'Add' }).click();
    await expect(widget).toContainText('Ada (child)');
    await widget.getByRole('button', { name: 'Show the place' }).click();
    await expect(tab.locator('#place')).toHaveText('Pier 3');
  } finally {
    for (const name of Object.keys(files)) rmSync(join(folder, `${name}.widget`), { force: true });
  }
});
