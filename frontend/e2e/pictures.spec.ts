/* What an answer can make a browser load or open: nothing of a stranger's without the user's word. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hasNothingSerious } from './axe';
import { expect, test } from './chat-page';
import { HostPage } from './host-page';

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="60"><rect width="120" height="60" fill="teal"/></svg>';

/** A server that no one has named, and what it was asked for. */
async function stranger() {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.headers.referer) asked.push(`referrer ${request.headers.referer}`);
    response.writeHead(200, {
      'Content-Type': 'image/svg+xml',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
    response.end(SVG);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { asked, port, [Symbol.asyncDispose]: async () => void server.close() };
}

test('a picture of a stranger in an answer is not loaded before a click, in no form, also after a reload', async ({
  chat,
  page,
}) => {
  await using attacker = await stranger();
  const picture = { contentType: 'image/svg+xml', body: SVG };
  await page.route('**/own-picture.svg', (route) => route.fulfill(picture));
  await chat.open('items');
  await chat.ask(`pictures of port ${attacker.port}`);
  await chat.answered();
  const answer = chat.answers().last();
  const seen = async () => {
    await expect(answer).toContainText('The end.');
    for (const name of ['data', 'own'])
      await expect(answer.getByRole('img', { name })).toHaveJSProperty('complete', true);
    // What is loaded lazily is loaded where it is seen.
    for (const button of await chat.log.getByRole('button', { name: /^.+ Show the picture/ }).all())
      await button.scrollIntoViewIfNeeded();
    const widget = chat.log.getByRole('img', { name: 'of the widget' });
    await widget.scrollIntoViewIfNeeded();
    await expect(widget).toHaveJSProperty('naturalWidth', 120);
  };
  await seen();
  await page.reload();
  await seen();
  expect([...new Set(attacker.asked)]).toEqual(['/widget.svg']);
  attacker.asked.length = 0;

  const host = `127.0.0.1:${attacker.port}`;
  const waiting = chat.log.getByRole('button', { name: `Show the picture from ⁦${host}` });
  const names = await waiting.locator('.md-picture-alt').allTextContents();
  expect(names.join(', ')).toBe(
    'thought, in its text, plain, by reference, a tag, without a scheme, a backslash, in a link, of many, with a user',
  );
  await expect(answer.getByRole('button', { name: /xn--bcher-kva\.example:8443/ })).toBeVisible();
  await expect(answer.locator('img')).toHaveCount(2);

  const plain = answer.getByRole('button', { name: /^plain Show/ });
  await plain.focus();
  await page.keyboard.press('Enter');
  await expect(answer.getByRole('img', { name: 'plain' })).toHaveJSProperty('naturalWidth', 120);
  await answer.getByRole('button', { name: /^in a link Show/ }).click();
  await expect(answer.getByRole('img', { name: 'in a link' })).toHaveJSProperty('naturalWidth', 120);
  expect(attacker.asked).toEqual(['/plain.svg?q=SECRET', '/linked.svg']);
  expect(page.context().pages()).toHaveLength(1);
  await expect(waiting).toHaveCount(names.length - 2);

  // Where this page may load it under no circumstances, its address is shown, and can be opened elsewhere.
  await answer.getByRole('button', { name: /^plain http Show/ }).click();
  await expect(chat.frame.getByRole('dialog')).toContainText('http://plain.example/p.svg');
  await page.keyboard.press('Escape');
  await expect(chat.frame.getByRole('dialog')).toHaveCount(0);
  await answer.getByRole('button', { name: /^by reference/ }).scrollIntoViewIfNeeded();
  await chat.shot('pictures');
  await hasNothingSerious(chat, 'pictures that wait');
});

test('with a list of domains no click loads a picture from elsewhere, and its button is read from right to left', async ({
  page,
  baseURL,
}) => {
  const asked: string[] = [];
  await page.context().route(/cdn\.example/, (route) => {
    asked.push(route.request().url());
    const headers = { 'Cross-Origin-Resource-Policy': 'cross-origin' };
    return route.fulfill({ contentType: 'image/svg+xml', headers, body: SVG });
  });
  // What CHATKIT_LINK_ALLOWED_IMAGE_DOMAINS makes of the frame: tests/http/test_image_domains.py.
  await page.route('**/frame.html*', async (route) => {
    const response = await route.fetch();
    const { 'content-security-policy': policy = '', ...headers } = response.headers();
    const listed = policy.replace(/img-src [^;]*/, "img-src 'self' data: blob: cdn.example");
    expect(listed).not.toBe(policy);
    const meta = '<meta name="allowed-image-domains" content="cdn.example" /></head>';
    await route.fulfill({
      headers: { ...headers, 'content-security-policy': listed },
      body: (await response.text()).replace('</head>', meta),
    });
  });
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({ locale: 'ar' }), 'chatkit/items');
  const composer = host.frame.getByRole('textbox', { name: 'الرسالة' });
  await composer.fill('listed');
  await composer.press('Enter');
  await expect(host.log).toContainText('The end.');
  await expect(host.log.getByRole('img', { name: 'listed' })).toHaveJSProperty('naturalWidth', 120);
  await expect
    .poll(() => asked.sort())
    .toEqual(['card', 'listed'].map((name) => `https://cdn.example/${name}.svg`));

  const waiting = host.log.locator('.md-picture');
  await expect(waiting).toHaveText([/port.*cdn\.example:8443/, /below.*a\.cdn\.example/]);
  const ends = await waiting.last().evaluate((button) =>
    ['bdi', '.md-picture-alt + span'].map((part) => {
      const range = document.createRange();
      range.selectNodeContents(button.querySelector(part) as Element);
      return Math.round(range.getBoundingClientRect().right);
    }),
  );
  expect(ends[0]).toBe(ends[1]);
  await waiting.first().click();
  const dialog = host.frame.getByRole('dialog');
  await expect(dialog).toContainText('https://cdn.example:8443/port.svg');
  await host.shot('link-dialog-ar');
  const tab = page.context().waitForEvent('page');
  await dialog.getByRole('link').click();
  expect((await tab).url()).toBe('https://cdn.example:8443/port.svg');
  await expect(waiting).toHaveCount(2);
  expect(asked).toHaveLength(3);
});

test('a link to a host that nobody has named is shown in full before it is opened @phone', async ({
  chat,
  context,
  page,
}) => {
  const opened: string[] = [];
  await context.route(/\.example/, (route) => {
    opened.push(route.request().url());
    return route.fulfill({ contentType: 'text/html', body: '<title>There</title>' });
  });
  await chat.open('items');
  await chat.ask('links and http://written.example:8080/');
  await chat.answered();
  const answer = chat.answers().last();
  const dialog = chat.frame.getByRole('dialog', { name: 'Open this link?' });
  const shows = async (name: string, address: string, host: string) => {
    await answer.getByRole('link', { name, exact: true }).click();
    await expect(dialog).toContainText(address);
    await expect(dialog.locator('strong')).toHaveText(host);
  };
  const opens = async (click: () => Promise<void>) => {
    const tab = context.waitForEvent('page');
    await click();
    const there = await tab;
    await there.waitForLoadState();
    await there.close();
  };

  await shows('unknown', 'https://stranger.example/collect?q=SECRET#part', 'stranger.example');
  await chat.shot('link-dialog');
  await hasNothingSerious(chat, 'link dialog');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(answer.getByRole('link', { name: 'unknown' })).toBeFocused();
  await page.keyboard.press('Control+Enter');
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await answer.getByRole('link', { name: 'unknown' }).click({ button: 'middle' });
  await expect(dialog).toBeVisible();
  expect(context.pages()).toHaveLength(1);
  expect(opened).toEqual([]);
  await opens(() => dialog.getByRole('link', { name: 'Open' }).click());
  expect(opened).toEqual(['https://stranger.example/collect?q=SECRET']);
  await expect(dialog).toHaveCount(0);

  // One that looks like another is shown although its host has been named.
  for (const [name, address, host] of [
    [
      'https://named.example',
      'https://named.example.stranger.example/login',
      'named.example.stranger.example',
    ],
    ['named.example/login', 'https://written.example:8080/', 'written.example:8080'],
    ['user', 'https://named.example@xn--bcher-kva.example/', 'xn--bcher-kva.example'],
    ['https://stranger.example/bare', 'https://stranger.example/bare', 'stranger.example'],
  ] as const) {
    await shows(name, address, host);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  }

  opened.length = 0;
  for (const name of ['source', 'yours', 'setup.py'])
    await opens(() => answer.getByRole('link', { name, exact: true }).click());
  expect(opened).toEqual([
    'https://named.example/other',
    'http://written.example:8080/x',
    'https://named.example/',
  ]);
  await expect(dialog).toHaveCount(0);
});

test('a link to what a tool has found opens at once, and one to what it was asked for does not', async ({
  chat,
  context,
  page,
}) => {
  await context.route(/\.example\//, (route) => route.fulfill({ contentType: 'text/html', body: 'There' }));
  await chat.open('tracker');
  await chat.ask('What about it?');
  await chat.answered();
  for (const reload of [false, true]) {
    if (reload) await page.reload();
    const link = (name: string) => chat.answers().last().getByRole('link', { name, exact: true });
    const tab = context.waitForEvent('page');
    await link('found').click();
    const opened = await tab;
    expect(opened.url()).toBe('https://found.example/2');
    expect(await opened.evaluate(() => [document.referrer, window.opener])).toEqual(['', null]);
    await opened.close();
    for (const name of ['asked', 'made up']) {
      await link(name).click();
      await expect(chat.frame.getByRole('dialog', { name: 'Open this link?' })).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(chat.frame.getByRole('dialog')).toHaveCount(0);
    }
    expect(context.pages()).toHaveLength(1);
  }
});
