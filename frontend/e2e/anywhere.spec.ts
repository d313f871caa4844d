/** The element on pages of other origins, where nobody signs in: a conversation, a reload, a file. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { ChatPage, expect, test } from './chat-page';
import { converse } from './conversation';

// These pages come from no network, and a browser guards this machine from pages of the open one.
test.use({ permissions: ['local-network-access'] });

const pageWith = (chat: string) => `<!doctype html><title>Shop</title>
<script src="${chat}chatkit.js"></script>
<openai-chatkit id="chat" style="height: 40rem"></openai-chatkit>
<script>
  document.getElementById('chat').setOptions({
    api: { url: '${chat}chatkit/mirror', domainKey: 'local' },
    history: { enabled: true },
    composer: { attachments: { enabled: true } },
  });
</script>`;

async function serve(page: Page, address: string, html: string) {
  await page.route(address, (route) => route.fulfill({ contentType: 'text/html', body: html }));
}

for (const [name, address] of Object.entries({
  'another port of the same name': 'http://127.0.0.1:5173/',
  'another name of the same machine': 'http://localhost:5173/',
  'a listed site': 'http://shop.localhost/any.html',
}))
  test(`a page on ${name} has a whole conversation`, async ({ chat, page, baseURL }) => {
    await serve(page, address, pageWith(baseURL ?? ''));
    await page.goto(address);
    await converse(chat, `From ${name}`);
  });

test('link.js knows the visitor of a page with another element', async ({ page, baseURL }) => {
  const address = 'http://localhost:5173/other.html';
  await serve(page, address, `<!doctype html><script src="${baseURL}link.js"></script>`);
  await page.goto(address);
  const ask = (type: string, params: object) =>
    page.evaluate(
      async ([url, body]) => {
        // What a page's own fetch adds passes, too.
        const headers = { 'Content-Type': 'application/json', 'X-User-Id': 'ada' };
        const answer = await window.ChatKitLink.fetch(url, { method: 'POST', headers, body });
        return answer.text();
      },
      [`${baseURL}chatkit/mirror`, JSON.stringify({ type, params })] as const,
    );
  const input = { content: [{ type: 'input_text', text: 'Hi' }], attachments: [], inference_options: {} };
  expect(await ask('threads.create', { input })).toContain('text: Hi');
  await page.reload();
  expect(JSON.parse(await ask('threads.list', {})).data).toHaveLength(1);
});

test('bytes reach a storage that only the page may ask', async ({ chat, page, baseURL }) => {
  chat.tolerated = /Content Security Policy|violates/;
  const stored: [string, string][] = [];
  await page.route('https://storage.example/**', (route) => {
    const asked = route.request();
    stored.push([asked.headers().origin ?? '', asked.postData() ?? '']);
    return route.fulfill({ headers: { 'Access-Control-Allow-Origin': 'http://localhost:5173' } });
  });
  const html = pageWith('https://other.example/')
    .replace('https://other.example/chatkit.js', `${baseURL}chatkit.js`)
    .replace("mirror'", "mirror', fetch: answer");
  // A server of another make, with a storage of its own.
  const answer = `<script>
    const answer = async (url, init) => {
      const { type, params } = JSON.parse(init.body);
      if (type !== 'attachments.create') return Response.json({ data: [], has_more: false });
      const upload = { method: 'PUT', url: 'https://storage.example/up?signature=s', headers: {} };
      return Response.json({ id: 'atc_1', type: 'file', ...params, upload_descriptor: upload });
    };
  </script>`;
  await serve(page, 'http://localhost:5173/', html.replace('<script>', `${answer}<script>`));
  await page.goto('http://localhost:5173/');
  const file = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('A note.') };
  await chat.frame.locator('input[type=file]').setInputFiles(file);
  await expect(chat.button('Send message')).toBeEnabled();
  expect(stored).toEqual([['http://localhost:5173', 'A note.']]);
});

test('a page that is isolated from all others has a whole conversation', async ({ chat, page, baseURL }) => {
  for (const policy of ['require-corp', 'credentialless']) {
    const address = `http://localhost:5173/${policy}.html`;
    const headers = { 'Cross-Origin-Embedder-Policy': policy, 'Cross-Origin-Opener-Policy': 'same-origin' };
    await page.route(address, (route) =>
      route.fulfill({ contentType: 'text/html', headers, body: pageWith(baseURL ?? '') }),
    );
    await page.goto(address);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await converse(chat, `Under ${policy}`);
  }
});

test('sites over HTTPS, one in the other, keep their visitor with third-party cookies blocked', async ({
  baseURL,
  launchOptions,
}, info) => {
  const { server, port } = await behindTls(baseURL ?? '');
  const args = [
    ...(launchOptions.args ?? []),
    // What a person sets who blocks them: chrome://settings/cookies.
    '--test-third-party-cookie-phaseout',
    `--host-resolver-rules=MAP *.example 127.0.0.1, MAP *.test 127.0.0.1`,
  ];
  const browser = await chromium.launch({ ...launchOptions, args });
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    await context.grantPermissions(['local-network-access']);
    const page = await context.newPage();
    const chatServer = `https://chat.test:${port}/`;
    await serve(page, 'https://shop.example/', pageWith(chatServer));
    await page.goto('https://shop.example/');
    const chat = new ChatPage(page, info.project.name);
    await converse(chat, 'In the shop');
    const sent = await context.cookies(chatServer);
    expect(sent.filter(({ partitionKey }) => !partitionKey)).toEqual([]);

    await serve(
      page,
      'https://news.example/',
      '<!doctype html><iframe src="https://shop.example/" height="700">',
    );
    await page.goto('https://news.example/');
    const around = new ChatPage(page, info.project.name, page.frameLocator('iframe').frameLocator('iframe'));
    await converse(around, 'In the news');
    await around.openHistory();
    await expect(around.history.getByRole('button', { name: 'In the shop' })).toHaveCount(0);
  } finally {
    await browser.close();
    server.close();
  }
});

/** The server of the tests under an address of its own, through a proxy that ends TLS. */
async function behindTls(address: string) {
  const folder = mkdtempSync(join(tmpdir(), 'chatkit-link-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', [...made, '-subj', '/CN=chat.test', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (asked, answer) => {
    const headers = { ...asked.headers, 'x-forwarded-proto': 'https' };
    const passed = request(new URL(asked.url ?? '/', address), { method: asked.method, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    asked.pipe(passed);
  });
  rmSync(folder, { recursive: true });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, port: (server.address() as AddressInfo).port };
}
