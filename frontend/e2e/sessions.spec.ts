import { expect, test } from '@playwright/test';
import { HostPage } from './host-page';

// The page comes from no network, and a browser guards this machine from pages of the open one.
test.use({ permissions: ['local-network-access'] });

/** The server's settings are in tests/suite/browser_server.py, the agent of the workflow is in agents.toml. */
const SERVER_KEY = 'the-server-key-of-the-browser-tests';
const SHOP = 'http://shop.localhost/';
type Session = { id: string; client_secret: string };

test('a page that used a hosted workflow gets sessions of this server, and new ones when they are over', async ({
  page,
  request,
  baseURL,
}) => {
  const user = `ada-${crypto.randomUUID()}`;
  const backEnd = async (path: string, data = {}): Promise<Session> => {
    const headers = { Authorization: `Bearer ${SERVER_KEY}`, 'OpenAI-Beta': 'chatkit_beta=v1' };
    const answer = await request.post(`${baseURL}v1/chatkit/${path}`, { headers, data });
    return answer.json();
  };
  const mint = (seconds = 600) =>
    backEnd('sessions', {
      user,
      workflow: { id: 'wf_story' },
      expires_after: { anchor: 'created_at', seconds },
    });
  const chatWith = ({ client_secret }: Session, data: unknown) =>
    request.post(`${baseURL}chatkit`, { headers: { Authorization: `Bearer ${client_secret}` }, data });

  const made: Session[] = [];
  await page.route(`${SHOP}session`, async (route) => {
    const session = await mint(made.length ? 600 : 1);
    made.push(session);
    await route.fulfill({ json: session });
  });
  const host = await HostPage.open(page, baseURL, `${SHOP}host.html`);
  await host.set(() => ({
    history: { enabled: true },
    api: {
      async getClientSecret(current: string | null) {
        window.called.push(current);
        const answer = await fetch('/session', { method: 'POST' });
        return (await answer.json()).client_secret;
      },
    },
  }));

  await test.step('the first one is over before anything is asked', async () => {
    await host.openHistory();
    await expect(host.history.getByText('No chats yet.')).toBeVisible();
    const list = { type: 'threads.list', params: {} };
    await expect.poll(async () => (await chatWith(made[0] as Session, list)).status()).toBe(401);
    await page.evaluate(() => window.chat.hideHistory());
    await host.askForStory();
    expect(await host.called()).toEqual([null, made[0]?.client_secret]);
  });

  await test.step('the second one is cancelled while an answer is written, which goes on', async () => {
    await backEnd(`sessions/${made[1]?.id}/cancel`);
    const content = [{ type: 'input_text', text: 'Go on' }];
    const input = { content, attachments: [], inference_options: {} };
    await chatWith(await mint(), { type: 'threads.create', params: { input } });
    await expect(host.answers().last()).toContainText('Line 200:');
    await host.openHistory();
    await expect(host.history.getByRole('listitem')).toHaveCount(2);
    expect(await host.called()).toEqual([null, ...made.slice(0, 2).map((session) => session.client_secret)]);
  });
});
