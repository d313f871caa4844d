/** What is wrong with an embedding is said where its developer looks, with the mend; a visitor gets a plain sentence. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page, test } from '@playwright/test';
import { HostPage, htmlWith } from './host-page';

// These pages come from no network, and a browser guards this machine from pages of the open one.
test.use({ permissions: ['local-network-access'] });

/** A site that the server lists (tests/suite/browser_server.py), and others. */
const LISTED = 'http://shop.localhost/host.html';
const UNLISTED = 'http://evil.localhost/host.html';
const PUBLIC = 'https://stranger.example/host.html';

const set = (page: Page, api: string) =>
  page.evaluate((url) => window.chat.setOptions({ api: { url, domainKey: 'local' } }), api);

/** In the place of the chat, as an event, and as what methods reject with. */
async function expectSaid(host: HostPage, sentence: RegExp) {
  await expect(host.note).toHaveText(sentence);
  expect(await host.received('error')).toEqual([
    ['error', { name: 'ConfigurationError', message: expect.stringMatching(sentence) }],
  ]);
}

/** A server of its own, that answers with these texts, or 404. */
async function serving(textOf: (url: string) => string | null, more: Record<string, string> = {}) {
  const server = createServer(({ url = '' }, response) => {
    const text = textOf(url);
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html';
    const headers = { 'Content-Type': type, 'Access-Control-Allow-Origin': '*', ...more };
    response.writeHead(text === null ? 404 : 200, headers).end(text ?? 'Not here');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const rejection = (page: Page) =>
  page.evaluate(() => window.chat.sendUserMessage({ text: 'hello' }).catch(({ name }) => name));

test('a page whose origin is not listed is told which one to list, and a visitor only that there is no chat', async ({
  page,
  baseURL,
}) => {
  const logged: string[] = [];
  page.on('console', (message) => message.type() === 'error' && logged.push(message.text()));
  const host = await HostPage.open(page, baseURL, UNLISTED);
  await set(page, `${baseURL}chatkit/mirror`);
  await expectSaid(
    host,
    /does not let this page in\. Add http:\/\/evil\.localhost to CHATKIT_LINK_ORIGINS\.$/,
  );
  expect(await rejection(page)).toBe('ConfigurationError');
  await host.shot('unlisted');

  logged.length = 0;
  const visited = await HostPage.open(page, baseURL, PUBLIC);
  await set(page, `${baseURL}chatkit/mirror`);
  await expect(visited.note).toHaveText('The chat could not be loaded.');
  expect(logged.join()).toContain('Add https://stranger.example to CHATKIT_LINK_ORIGINS.');
  await visited.shot('visitor');
});

test('a policy of the page that refuses the frame or its requests is named with its directive', async ({
  page,
  baseURL,
}) => {
  const origin = new URL(baseURL ?? '').origin;
  const policy = (value: string) => ({ headers: { 'Content-Security-Policy': value } });
  const framed = await HostPage.open(page, baseURL, LISTED, policy("frame-src 'self'"));
  await set(page, `${baseURL}chatkit/mirror`);
  await expectSaid(
    framed,
    new RegExp(`Content-Security-Policy of this page refuses ${origin}. Add it to frame-src\\.$`),
  );

  const connected = await HostPage.open(page, baseURL, LISTED, policy("connect-src 'self'"));
  // The frame asks its server by itself, unless the page has a fetch of its own.
  await page.evaluate((url) => {
    window.chat.setOptions({ api: { url, domainKey: 'local', fetch: (...request) => fetch(...request) } });
  }, `${baseURL}chatkit/mirror`);
  await connected.composer.fill('hello');
  await connected.composer.press('Enter');
  await expect(connected.note).toHaveText(new RegExp(`refuses ${origin}. Add it to connect-src\\.$`));
  await expect(connected.composer).toBeVisible();
  await expect(connected.composer).toHaveValue('hello');
  await connected.shot('connect-src');
});

test('a frame without its headers is explained to a page with an embedder policy', async ({
  page,
  baseURL,
}) => {
  const script = await (await page.request.get(`${baseURL}chatkit.js`)).text();
  await using chat = await serving((url) => (url === '/chatkit.js' ? script : '<!doctype html>'));
  for (const policy of ['require-corp', 'credentialless']) {
    const headers = { 'Cross-Origin-Embedder-Policy': policy };
    await using shop = await serving(() => htmlWith(`${chat.url}chatkit.js`), headers);
    await page.goto(shop.url);
    await set(page, 'chatkit');
    await expectSaid(new HostPage(page, 'host'), /The Cross-Origin-Embedder-Policy of this page refuses/);
  }
});

test('a frame that its server does not let in, though the page is listed, points at frame-ancestors', async ({
  page,
  baseURL,
}) => {
  await page.route(`${baseURL}frame.html`, async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers(), 'content-security-policy': "frame-ancestors 'self'" };
    await route.fulfill({ response, headers });
  });
  const host = await HostPage.open(page, baseURL, LISTED);
  await set(page, `${baseURL}chatkit/mirror`);
  await expectSaid(
    host,
    /its frame did not start\. Allow http:\/\/shop\.localhost in CHATKIT_LINK_FRAME_ANCESTORS/,
  );
});

test('a server that has gone, or has no frame, is named', async ({ page, baseURL }) => {
  const script = await (await page.request.get(`${baseURL}chatkit.js`)).text();
  const chat = await serving((url) => (url === '/chatkit.js' ? script : null));
  const without = await HostPage.open(page, baseURL, LISTED, { server: chat.url });
  await set(page, 'chatkit');
  await expectSaid(without, /frame\.html answered with status 404\. Load chatkit\.js from the chat server/);

  await page.reload();
  await chat[Symbol.asyncDispose]();
  await set(page, 'chatkit');
  await expectSaid(without, new RegExp(`^${new URL(chat.url).origin} does not answer\\. Start the server`));
  expect(await rejection(page)).toBe('ConfigurationError');
});

test('an address without a ChatKit server is named at the first question, and taken back when it is right', async ({
  page,
  baseURL,
}) => {
  const html = { contentType: 'text/html', body: '<!doctype html><title>Shop</title>' };
  await page.route('**/app/chatkit', (route) => route.fulfill(html));
  const host = await HostPage.open(page, baseURL);
  for (const [url, sentence] of [
    ['/nothing/chatkit', /answered with status 404\. There is nothing at this address\. .*ends in \/chatkit/],
    ['/app/chatkit', /answered with a web page\. .*ends in \/chatkit/],
    ['/chatkit/no-such-agent', /answered with status 404\. There is no such assistant/],
    ['http://127.0.0.1:9/chatkit', /^http:\/\/127\.0\.0\.1:9 does not answer/],
  ] as const) {
    await set(page, url);
    await host.composer.fill('hello');
    await host.composer.press('Enter');
    await expect(host.note).toHaveText(sentence);
    await expect(host.composer).toHaveValue('hello');
  }
  await host.shot('wrong-path');
  await set(page, '/chatkit/mirror');
  await host.composer.press('Enter');
  await host.expectAgentReceived('text: hello');
  await expect(host.note).toHaveCount(0);
});

test('a page that keeps its users from the server is told so at the second question', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL, LISTED);
  await page.evaluate((url) => {
    const forgetful = (address: string, { method, body, signal }: RequestInit) =>
      fetch(address, {
        method,
        body,
        signal,
        credentials: 'omit',
        headers: { 'Content-Type': 'application/json' },
      });
    window.chat.setOptions({ api: { url, domainKey: 'local', fetch: forgetful as typeof fetch } });
  }, `${baseURL}chatkit/mirror`);
  await host.ask('The first');
  await host.expectAgentReceived('text: The first');
  await host.composer.fill('The second');
  await host.composer.press('Enter');
  await expect(host.note).toHaveText(/each request is one of a new user/);
});

test('a chat on plain HTTP is explained to a page on HTTPS', async ({ page, baseURL }) => {
  const own = 'https://chat.example/';
  await page.route(`${own}**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const response = await route.fetch({ url: new URL(`.${pathname}`, baseURL).href });
    const { 'content-security-policy': _, ...headers } = response.headers();
    await route.fulfill({ response, headers: { ...headers, 'access-control-allow-origin': '*' } });
  });
  const host = await HostPage.open(page, baseURL, 'https://shop.example/host.html', { server: own });
  await page.evaluate(() => {
    window.chat.dataset.debug = '';
    window.chat.setOptions({ api: { url: 'http://chat.example/chatkit', domainKey: 'local' } });
  });
  await host.composer.fill('hello');
  await host.composer.press('Enter');
  await expect(host.note).toHaveText(/This page is on HTTPS and http:\/\/chat\.example is not/);
});
