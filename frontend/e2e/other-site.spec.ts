import { expect, type Page, test } from '@playwright/test';
import { HostPage } from './host-page';

// These pages come from no network, and a browser guards this machine from pages of the open one.
test.use({ permissions: ['local-network-access'] });

/** A listed site of its own (tests/suite/browser_server.py lists it), and one that is not listed. */
const SHOP = 'http://shop.localhost/';
const EVIL = 'http://evil.localhost/';

const LIST = { type: 'threads.list', params: {} };
const input = { content: [{ type: 'input_text', text: 'Hi' }], attachments: [], inference_options: {} };
const CREATE = { type: 'threads.create', params: { input } };

async function open(page: Page, site: string) {
  await page.route(site, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(site);
}

const embed = (page: Page, url: string) =>
  page.evaluate(async (src) => {
    const frame = document.createElement('iframe');
    frame.src = src;
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.body.append(frame);
    await loaded;
  }, url);

/** What the page gets to read; null when the browser keeps it from it. */
const ask = (page: Page, url: string, body: unknown, mode?: RequestMode) =>
  page.evaluate(
    async ([to, sent, how]) => {
      const headers = how === 'no-cors' ? undefined : { 'Content-Type': 'application/json' };
      const init = { method: 'POST', credentials: 'include', mode: how, headers, body: sent } as const;
      return fetch(to, init).then(
        (answer) => answer.text(),
        () => null,
      );
    },
    [url, JSON.stringify(body), mode ?? 'cors'] as const,
  );

test('a chat embedded in a listed site has one user there, who is unknown elsewhere', async ({
  page,
  baseURL,
}) => {
  const chatkit = `${baseURL}chatkit`;
  await open(page, SHOP);
  await embed(page, `${baseURL}frame.html`);
  expect(await ask(page, chatkit, CREATE)).toContain('thread.created');
  await page.reload();
  const mine = JSON.parse((await ask(page, chatkit, LIST)) ?? '{}').data;
  expect(mine).toHaveLength(1);

  await page.goto(baseURL ?? '');
  expect(JSON.parse((await ask(page, chatkit, LIST)) ?? '{}').data).toEqual([]);
});

test('a site that is not listed can neither read, act nor frame the chat', async ({ page, baseURL }) => {
  const chatkit = `${baseURL}chatkit`;
  await page.goto(baseURL ?? '');
  await open(page, EVIL);
  expect(await ask(page, chatkit, LIST)).toBeNull();
  const refused = page.waitForResponse(chatkit);
  await ask(page, chatkit, CREATE, 'no-cors');
  expect((await refused).status()).toBe(403);
  await embed(page, `${baseURL}frame.html`);
  await expect.poll(() => page.frames().at(-1)?.url()).toContain('chrome-error:');
});

test('another frame of the page can neither speak for the chat nor break it off', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL, `${SHOP}host.html`);
  const forge = () => {
    const received: unknown[] = [];
    addEventListener('message', ({ data }) => received.push(data));
    setInterval(() => {
      parent.postMessage('chatkit-link:hello', '*');
      for (let at = 0; at < parent.length; at++) {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => received.push(data);
        if (parent[at] !== window) parent[at]?.postMessage('chatkit-link:port', '*', [port2]);
      }
    }, 5);
    Object.assign(window, { received });
  };
  const body = `<!doctype html><script>(${forge})()</script>`;
  await page.route(EVIL, (route) => route.fulfill({ contentType: 'text/html', body }));
  // Not an iframe, so that the chat's is the only one.
  await page.evaluate(async (data) => {
    const frame = Object.assign(document.createElement('object'), { data });
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.body.append(frame);
    await loaded;
  }, EVIL);
  await host.set(() => ({
    api: {
      url: new URL('chatkit/mirror', document.scripts[0]?.src).href,
      domainKey: 'local',
      fetch: ((url, init) => fetch(url, { ...init, credentials: 'include' })) as typeof fetch,
    },
  }));
  await host.ask('Still here?');
  await host.expectAgentReceived('text: Still here?');
  expect((await host.received('ready', 'error')).map(([name]) => name)).toEqual(['ready']);
  const evil = page.frames().find((frame) => frame.url() === EVIL);
  expect(await evil?.evaluate('window.received')).toEqual([]);
});

test('the element of this server works whole in a listed site, with nothing from elsewhere', async ({
  page,
  baseURL,
}) => {
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).origin));
  const host = await HostPage.open(page, baseURL, `${SHOP}host.html`);
  await page.addScriptTag({ url: `${baseURL}link.js` });
  const options = () => ({
    api: {
      url: new URL('chatkit/mirror', document.scripts[0]?.src).href,
      domainKey: 'local',
      fetch: ((url, init) =>
        window.ChatKitLink.fetch(url, { ...init, credentials: 'include' })) as typeof fetch,
    },
    composer: { tools: [{ id: 'search', label: 'Search', icon: 'globe' as const, pinned: true }] },
    header: { rightAction: { icon: 'close' as const, onClick: () => window.called.push('close') } },
  });
  await host.set(options);
  await host.button('Search').click();
  await host.ask('effect');
  await host.expectAgentReceived('tool: search');
  await host.frame.getByRole('link', { name: 'Show the order' }).click();
  await host.button('Close').click();
  expect(await host.called()).toEqual(['close']);
  expect((await host.received('effect', 'deeplink', 'error')).map(([name]) => name)).toEqual([
    'effect',
    'deeplink',
  ]);

  await page.reload();
  await page.addScriptTag({ url: `${baseURL}link.js` });
  await host.set(options);
  await page.evaluate(() => window.chat.showHistory());
  await host.history.getByRole('button', { name: 'effect' }).first().click();
  await host.expectAgentReceived('text: effect');
  expect([...hosts].sort()).toEqual([new URL(baseURL ?? '').origin, new URL(SHOP).origin].sort());
});
