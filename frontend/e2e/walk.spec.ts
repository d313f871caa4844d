/**
 * The evening of a user who has Professor Lock in a web app of their own: its brand, the board, a parlay, and services in
 * their real formats (tests/examples/services.py), of which one is slow, and none answers in the end.
 */
import { type APIRequestContext, expect, type Page, test } from '@playwright/test';
import { HostPage } from './host-page';

// The page comes from no network, and a browser guards this machine from pages of the open one.
test.use({ permissions: ['local-network-access'] });

/** A listed site of its own. */
const APP = 'http://shop.localhost/parley.html';

/** As the first documentation has them. */
const BRANDED = `(agent) => ({
  api: { url: new URL('chatkit/' + agent, document.scripts[0].src).href, domainKey: 'local' },
  theme: {
    colorScheme: 'dark',
    color: { accent: { primary: '#2D8CFF', level: 2 } },
    radius: 'round',
    density: 'compact',
    typography: { fontFamily: "'Inter', sans-serif" },
  },
  composer: {
    placeholder: 'Ask the Professor…',
    tools: [{ id: 'predictions', label: 'Our model', icon: 'analytics', pinned: true }],
  },
  startScreen: {
    greeting: 'What are we pricing tonight?',
    prompts: [
      { name: 'The board', prompt: "What are tonight's odds?", icon: 'chart' },
      { name: 'Injuries', prompt: 'Find the injury report', icon: 'search' },
    ],
  },
  header: {
    customButtonLeft: { icon: 'settings-cog', onClick: () => window.called.push('settings') },
    customButtonRight: { icon: 'home', onClick: () => window.called.push('home') },
  },
  entities: {
    onTagSearch: async () => [{ id: 'team-nyy', title: 'New York Yankees', group: 'Teams', interactive: true }],
    onClick: ({ id }) => window.called.push(id),
  },
})`;

class ParleyApp {
  private constructor(readonly host: HostPage) {}

  static async open(page: Page, baseURL: string | undefined, agent = 'parley') {
    const app = new ParleyApp(await HostPage.open(page, baseURL, APP));
    await app.brand(agent);
    return app;
  }

  async brand(agent = 'parley') {
    await this.host.page.evaluate(`window.chat.setOptions((${BRANDED})(${JSON.stringify(agent)}))`);
    await expect(this.host.composer).toBeVisible();
  }

  async ask(question: string) {
    await this.host.ask(question);
    await this.host.answered();
  }

  /** The thread of before, from the history of the reloaded page. */
  async comeBack(agent?: string) {
    await this.host.page.reload();
    await this.brand(agent);
    await this.host.openHistory();
    await this.host.history.getByRole('listitem').first().getByRole('button').first().click();
    await expect(this.host.answers().last()).toBeVisible();
  }

  card(title: string) {
    return this.host.log.locator('.w-card', { has: this.host.frame.getByText(title, { exact: true }) });
  }

  /** What is wider than its place, in the document or in one of its tables. */
  cut() {
    return this.host.inside.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const wide = [...document.querySelectorAll('.w-table')].filter(
        (box) => box.scrollWidth > box.clientWidth,
      );
      return [...(scrollWidth > clientWidth ? ['document'] : []), ...wide.map((box) => box.textContent)];
    });
  }
}

/** Lets the services answer the slow question that ends with this word. */
async function release(request: APIRequestContext, baseURL: string | undefined, word: string) {
  const input = {
    content: [{ type: 'input_text', text: `Release stats ${word}` }],
    attachments: [],
    inference_options: {},
  };
  const answer = await request.post(`${baseURL}chatkit/parley`, {
    data: { type: 'threads.create', params: { input } },
  });
  expect(await answer.text()).toContain('41 home runs');
}

test('a branded chat opens in its colours, a click is seen at once, and a parlay by words names what it replaces', async ({
  page,
  baseURL,
}) => {
  await page.addInitScript(() => {
    const seen: string[] = [];
    const look = () => {
      const prompt = document.querySelector('.prompts button');
      const colour = prompt && getComputedStyle(prompt).backgroundColor;
      if (colour && seen.at(-1) !== colour) seen.push(colour);
      requestAnimationFrame(look);
    };
    look();
    Object.assign(window, { seen });
  });
  const app = await ParleyApp.open(page, baseURL);
  const { host } = app;
  const seen = await host.inside.evaluate('window.seen');
  expect(seen, 'a button of a dark page is never white').toHaveLength(1);
  await host.frame.locator('.header button').first().click();
  await host.frame.locator('.header button').last().click();
  expect(await host.called()).toEqual(['settings', 'home']);
  await host.shot('walk-start');

  await host.button('The board').click();
  await host.answered();
  const board = app.card('Odds board');
  const prices = board.getByRole('button').filter({ hasText: /[+-]\d{3,4}$/ });
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route('**/chatkit/parley', async (route) => {
    if (route.request().postData()?.includes('custom_action')) await held;
    await route.continue();
  });
  await prices.nth(0).click();
  await expect(prices.nth(0)).toHaveAttribute('aria-busy', 'true');
  letGo();
  await expect(prices.nth(0)).toHaveText(/^✓/);
  await expect(board).toContainText('On your slip: New York Yankees -1.5. 1 leg at');
  await host.answered();
  await page.unroute('**/chatkit/parley');
  await host.shot('walk-clicked');

  await app.ask('Make me a one-leg parlay under +600');
  const parlay = app.card('Your parlay');
  await expect(parlay).toHaveCount(1);
  await expect(parlay).toBeInViewport({ ratio: 0.9 });
  await expect(parlay).toContainText('Off your slip: New York Yankees -1.5.');
  await expect(parlay).toContainText('% is fair.');
  await expect(parlay.getByRole('button', { name: 'Remove' })).toHaveCount(1);
  await expect(host.answers().last()).toContainText('Cooked you one up, sharp. 1 leg at');
  await host.shot('walk-parlay');

  await parlay.getByRole('button', { name: 'Review and confirm' }).click();
  await expect(app.card('Bet slip')).toContainText('1-800-GAMBLER');
  await expect.poll(() => host.received('effect')).toHaveLength(1);
  expect((await host.received('effect'))[0]?.[1]).toMatchObject({
    name: 'bet_slip.confirmed',
    data: { placed: false, legs: [expect.objectContaining({ bookmaker: expect.any(String) })] },
  });
  expect(await host.received('error')).toEqual([]);

  // The board that is scrolled back to has what was done since.
  await board.scrollIntoViewIfNeeded();
  await expect(board).not.toContainText('On your slip');
  await host.answered();

  await app.comeBack();
  await expect(app.card('Bet slip')).toContainText('Handed to the page.');
  await expect(parlay).toHaveCount(0);
});

test('each service shows its query while it works and its answer with it, and a dead one says what is wrong', async ({
  page,
  request,
  baseURL,
}) => {
  const app = await ParleyApp.open(page, baseURL);
  const { host } = app;
  const word = crypto.randomUUID();
  const line = host.log.getByText(`Looking up Slow Judge home run stats ${word}`);
  await host.ask(`Slow Judge home run stats ${word}`);
  await expect(line).toBeVisible();
  await host.shot('walk-slow');
  await release(request, baseURL, word);
  await host.answered();
  await expect(line).toHaveCount(0);
  const answer = app.card('Aaron Judge has hit 41 home runs this season.');
  await expect(answer.getByRole('link', { name: 'statmuse.com' })).toHaveAttribute(
    'href',
    'https://www.statmuse.com/mlb/ask/aaron-judge-home-runs-this-season',
  );

  await host.button('Our model').click();
  await app.ask('What do you lean to?');
  const table = app.card('Predictions').getByRole('table');
  await expect(table).toContainText(/Yankees -1\.5.*\+105.*68 %.*Gerrit Cole.*Over 8\.5.*-110.*61 %/s);
  await host.shot('walk-predictions');

  await app.ask('Show me the picks table');
  // What row-level security hides is not there.
  await expect(app.card('Picks')).toContainText('2 rows');
  await expect(app.card('Picks')).not.toContainText('Knicks');

  await app.ask('Nobody stats');
  await expect(host.log.getByText('Not looked up: Nobody stats')).toBeVisible();
  await expect(host.answers().last()).toHaveText(/StatMuse found no answer\. Ask it in other words\./);
  await host.shot('walk-no-answer');

  const sentences = {
    "What are tonight's odds?": 'The Odds API cannot be reached. Try again later.',
    'Judge home run stats': 'The statistics server cannot be reached. Try again later.',
    'What does our model predict?': 'The predictions service cannot be reached. Try again later.',
    'Show me the picks table': 'Supabase cannot be reached. Try again later.',
  };
  await app.brand('parley-dead');
  for (const [question, sentence] of Object.entries(sentences)) {
    await app.ask(question);
    await expect(host.answers().last()).toContainText(sentence);
  }
  await host.shot('walk-dead');
  await app.comeBack('parley-dead');
  for (const sentence of Object.values(sentences))
    await expect(host.log.locator('.workflow', { hasText: sentence })).toBeVisible();
  expect(await host.received('error')).toEqual([]);
});

test('on a phone and on the smallest one, prices and predictions are whole and the slip is one tap away @phone', async ({
  page,
  baseURL,
}) => {
  const app = await ParleyApp.open(page, baseURL);
  const { host } = app;
  await host.button('The board').click();
  await host.answered();
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 700 });
    await expect(app.card('Odds board').getByRole('table').first()).toBeVisible();
    expect(await app.cut()).toEqual([]);
    await host.shot(`walk-board-${width}`);
  }
  await app.card('Odds board').getByRole('button', { name: '★' }).first().click();
  await host.answered();
  await host.frame.locator('.to-latest').click();
  await expect(app.card('Your parlay').getByRole('button', { name: 'Remove' })).toBeInViewport();
  await app.ask('Make me a three-leg parlay under +600');
  await host.shot('walk-parlay-320');
  await app.ask('What does our model predict?');
  await expect(app.card('Predictions')).toContainText('Gerrit Cole');
  expect(await app.cut()).toEqual([]);
  await host.shot('walk-predictions-320');

  await app.ask('Find the injury report');
  const source = host.log.locator('.source-site span').last();
  await expect(source).toHaveText('sample news, made up');
  expect(await source.evaluate((text) => text.scrollWidth - text.clientWidth), 'cut words').toBeLessThan(2);
  await host.shot('walk-search-320');
});
