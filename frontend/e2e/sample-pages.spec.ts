/** Pages as their authors write them for OpenAI's element, with a back end of their own, and what they expect of it. */
import type { Page } from '@playwright/test';
import { expect, test } from './chat-page';
import { bundledReact } from './framework-page';
import { backEnd, PLANNER } from './planner-page';

// Pages come from no network, and a browser guards this machine from pages of the open one.
test.use({ permissions: ['local-network-access'] });

/** Of the server in tests/suite/browser_server.py; the agent of the workflow is in agents.toml. */
const SERVER_KEY = 'the-server-key-of-the-browser-tests';

/** A page on another site than the frame, so that the frame has no storage and no locks. */
const GARDEN = 'http://localhost:5173/';

async function open(page: Page, baseURL: string | undefined, component: string) {
  const script = await bundledReact(component);
  const head = `<script src="${baseURL}chatkit.js"></script>`;
  const body = `<!doctype html>${head}<div id="app"></div><script type="module">${script}</script>`;
  await page.route(GARDEN, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(GARDEN);
}

test('a page with tools, effects, actions and mentions of its own is kept up to date by its chat', async ({
  chat,
  page,
  baseURL,
}) => {
  const asked = await backEnd(page, GARDEN);
  await open(page, baseURL, PLANNER);
  const sown = chat.log.getByText('Beans are sown');
  const question = chat.log.getByRole('article', { name: 'You said' }).last();

  await chat.button('Compare beds').click();
  await expect(chat.answers().last()).toHaveText('About: Which is sunnier, North bed or South bed?');
  await expect(page.locator('#thread')).toHaveText('thr_1');
  await expect(page.getByRole('main')).toHaveAttribute('data-busy', 'false');
  await question.getByRole('button', { name: 'South bed' }).click();
  await expect(page.locator('#selected')).toHaveText('South bed');

  // The tool of the page is the one of its newest options, and knows what is selected now.
  await page.getByRole('button', { name: 'Select all' }).click();
  await chat.ask('What have I selected?');
  await expect(chat.answers().last()).toHaveText('You selected North bed and South bed.');
  await chat.answered();

  await chat.ask('Suggest plants for ');
  await chat.button('More plants').click();
  await expect(question).toContainText('More plants, please');
  await chat.button('Plant beans').last().click();
  await expect(page.locator('#plants')).toHaveText('Beans');
  await expect(sown).toBeVisible();
  await expect(chat.button('Plant beans')).toHaveCount(1);
  await chat.answered();

  const colour = () => sown.evaluate((element) => getComputedStyle(element).color);
  const dark = await colour();
  await chat.button('Light mode').click();
  await expect(page.getByRole('main')).toHaveAttribute('data-scheme', 'dark');
  await expect(chat.button('Dark mode')).toBeVisible();
  await expect(sown).toBeVisible();
  await expect.poll(colour).not.toBe(dark);

  await chat.composer.pressSequentially('Water @nor');
  await chat.frame.getByRole('option', { name: 'North bed' }).click();
  await chat.composer.press('Enter');
  await expect(question.getByRole('button', { name: 'North bed' })).toBeVisible();
  await chat.answered();

  await page.getByRole('button', { name: 'Describe the pond' }).click();
  await expect(page.locator('#thread')).toHaveText('thr_2');
  await expect(chat.answers()).toHaveText(['About: Describe the pond']);

  await page.reload();
  await chat.openHistory();
  await chat.history.getByRole('listitem').first().getByRole('button').first().click();
  await expect(page.locator('#thread')).toHaveText('thr_1');
  await expect(sown).toBeVisible();
  expect(asked.filter(({ type }) => type === 'threads.add_client_tool_output')).toHaveLength(1);
});

/** Hidden until its session is there, as OpenAI's starter is. */
const HELP_DESK = `
import { ChatKit, useChatKit } from '@openai/chatkit-react';
import { useCallback, useEffect, useRef, useState } from 'react';

export function Chat() {
  const [loading, setLoading] = useState(true);
  const [place, setPlace] = useState('');
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => { mounted.current = false; };
  }, []);

  const getClientSecret = useCallback(async (current) => {
    if (!current) setLoading(true);
    try {
      const answer = await fetch('/session', { method: 'POST' });
      return (await answer.json()).client_secret;
    } finally {
      if (mounted.current && !current) setLoading(false);
    }
  }, []);

  const { control } = useChatKit({
    api: { getClientSecret },
    startScreen: { greeting: 'How can we help?', prompts: [{ label: 'Where am I?', prompt: 'tool' }] },
    onClientTool: async ({ name, params }) => {
      if (name !== 'where_am_i') return { success: false };
      setPlace('At the ' + (params.precise ? 'third shelf' : 'shop'));
      return { success: true };
    },
  });

  return (
    <main>
      <p id="place">{place}</p>
      <ChatKit control={control} style={loading ? { opacity: 0, pointerEvents: 'none' } : { display: 'block', height: '34rem' }} />
      {loading && <p>Loading the help desk...</p>}
    </main>
  );
}`;

test('a page that hides its chat until the session is there shows it, and answers its tool', async ({
  chat,
  page,
  request,
  baseURL,
}) => {
  const user = `ada-${crypto.randomUUID()}`;
  await page.route(`${GARDEN}session`, async (route) => {
    const headers = { Authorization: `Bearer ${SERVER_KEY}`, 'OpenAI-Beta': 'chatkit_beta=v1' };
    const data = { user, workflow: { id: 'wf_items' } };
    const answer = await request.post(`${baseURL}v1/chatkit/sessions`, { headers, data });
    await route.fulfill({ json: await answer.json() });
  });
  await open(page, baseURL, HELP_DESK);

  await expect(page.getByText('Loading the help desk')).toHaveCount(0);
  await chat.button('Where am I?').click();
  await expect(chat.answers().last()).toContainText(/The page gave .*success.*True/);
  await expect(page.locator('#place')).toHaveText('At the third shelf');
  await chat.answered();

  await page.reload();
  await expect(page.getByText('Loading the help desk')).toHaveCount(0);
  await chat.openHistory();
  await chat.history.getByRole('listitem').first().getByRole('button').first().click();
  await expect(chat.answers().last()).toContainText('The page gave');
  await expect(page.locator('#place')).toHaveText('');
});
