import { type APIRequestContext, expect, type Page, test } from '@playwright/test';
import { HostPage } from './host-page';

/** The server's settings are in tests/suite/browser_server.py, the agent of the workflow is in agents.toml. */
const SERVER_KEY = 'the-server-key-of-the-browser-tests';

/** A page on which one message a minute may be sent. */
async function open(page: Page, request: APIRequestContext, baseURL: string | undefined) {
  await page.route(`${baseURL}secret`, async (route) => {
    const answer = await request.post(`${baseURL}v1/chatkit/sessions`, {
      headers: { Authorization: `Bearer ${SERVER_KEY}`, 'OpenAI-Beta': 'chatkit_beta=v1' },
      data: {
        user: `eager-${crypto.randomUUID()}`,
        workflow: { id: 'wf_mirror' },
        rate_limits: { max_requests_per_1_minute: 1 },
      },
    });
    await route.fulfill({ body: (await answer.json()).client_secret });
  });
  return HostPage.open(page, baseURL);
}

test('a message that comes too soon is refused with when to try again, and stays in the composer', async ({
  page,
  request,
  baseURL,
}) => {
  const host = await open(page, request, baseURL);
  await host.set(() => ({
    api: { getClientSecret: async () => (await fetch('secret')).text() },
  }));
  await host.ask('One');
  await host.expectAgentReceived('text: One');
  await host.answered();
  const refused = page.waitForResponse((answer) => answer.status() === 429);
  await host.composer.fill('Two');
  await host.composer.press('Enter');
  const seconds = Number((await refused).headers()['retry-after']);
  expect(seconds).toBeGreaterThan(1);
  await expect(host.frame.getByRole('alert')).toHaveText(
    `Too many messages: at most 1 a minute. Please try again in ${seconds} s.`,
  );
  await expect(host.composer).toHaveValue('Two');
  await expect(host.log.getByRole('article', { name: 'You said' })).toHaveCount(1);
  await host.shot('limits');
  // Nothing has started that a page should wait for.
  expect((await host.received('response.start', 'response.end', 'error')).map(([name]) => name)).toEqual([
    'response.start',
    'response.end',
    'error',
  ]);
});

test('in another language it is refused in that language', async ({ page, request, baseURL }) => {
  const host = await open(page, request, baseURL);
  await host.set(() => ({
    api: { getClientSecret: async () => (await fetch('secret')).text() },
    locale: 'de',
  }));
  const composer = host.frame.getByRole('textbox', { name: 'Nachricht' });
  await composer.fill('Eins');
  await composer.press('Enter');
  await expect(host.log).toContainText('text: Eins');
  await expect(host.button('Nachricht senden')).toBeVisible();
  await composer.fill('Zwei');
  await composer.press('Enter');
  await expect(host.frame.getByRole('alert')).toHaveText(
    /^Zu viele Nachrichten: höchstens 1 in der Minute\. Versuchen Sie es in \d+ s noch einmal\.$/,
  );
  await expect(composer).toHaveValue('Zwei');
});

test('a message that is sent without a network stays in the composer, and goes out when it is back', async ({
  page,
  context,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({ locale: 'fr' }));
  const composer = host.frame.getByRole('textbox', { name: 'Message' });
  await context.setOffline(true);
  await composer.fill('Toujours là ?');
  await composer.press('Enter');
  await expect(host.frame.getByRole('alert')).toHaveText(
    'Le serveur est injoignable. Vérifiez votre connexion et réessayez.',
  );
  await expect(composer).toHaveValue('Toujours là ?');
  await context.setOffline(false);
  await composer.press('Enter');
  await expect(host.log).toContainText('text: Toujours là ?');
  await expect(host.frame.getByRole('alert')).toHaveCount(0);
});
