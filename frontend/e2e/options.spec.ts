import { expect, test } from '@playwright/test';
import { HostPage } from './host-page';

test('the theme reaches every part of the frame', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    theme: {
      colorScheme: 'dark',
      radius: 'sharp',
      density: 'compact',
      typography: {
        baseSize: 18,
        fontFamily: 'Brand, serif',
        fontSources: [{ family: 'Brand', src: 'fonts/brand.woff2', weight: 700 }],
      },
      color: {
        grayscale: { hue: 220, tint: 6, shade: -1 },
        accent: { primary: '#ffd400', level: 1 },
      },
    },
  }));
  await host.composer.fill('Hello');
  const found = () =>
    host.inside.evaluate(() => {
      const send = getComputedStyle(document.querySelector('.send') as Element);
      const page = getComputedStyle(document.body);
      const face = [...document.fonts].find(({ family }) => family === 'Brand');
      return {
        scheme: getComputedStyle(document.documentElement).colorScheme,
        size: page.fontSize,
        font: page.fontFamily,
        accent: send.backgroundColor,
        corner: send.borderRadius,
        face: face?.weight,
      };
    });
  // The button takes a moment to turn from grey.
  await expect.poll(found).toEqual({
    scheme: 'dark',
    size: '18px',
    font: 'Brand, serif',
    accent: 'rgb(255, 212, 0)',
    corner: '4.5px',
    face: '700',
  });
  const background = () => host.inside.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await background()).toBe('rgb(21, 26, 36)');
  await host.shot('theme');

  await host.set(() => ({ theme: { color: { surface: { background: '#fff8e7', foreground: '#3b2f1e' } } } }));
  await expect.poll(background).toBe('rgb(255, 248, 231)');
  await host.set(() => ({}));
  await expect.poll(background).toBe('rgb(255, 255, 255)');
});

test('the header has a title and two actions of the page, or is not there', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    header: {
      title: { text: 'Support' },
      leftAction: { icon: 'hamburger', onClick: () => window.called.push('menu') },
      rightAction: { icon: 'close', onClick: () => window.called.push('close') },
    },
  }));
  const banner = host.frame.locator('.header');
  await expect(banner.getByRole('heading', { name: 'Support' })).toBeVisible();
  await expect(banner.getByRole('button').first()).toHaveAccessibleName('Menu');
  await expect(banner.getByRole('button').last()).toHaveAccessibleName('Close');
  await host.button('Menu').click();
  await host.button('Close').click();
  expect(await host.called()).toEqual(['menu', 'close']);

  await host.set(() => ({ header: { title: { enabled: false } } }));
  await expect(banner.getByRole('heading')).toHaveCount(0);
  await host.set(() => ({ header: { enabled: false } }));
  await expect(banner).toHaveCount(0);
});

test('the history can be without names to change and chats to delete, or not be there', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({ history: { showDelete: false, showRename: false } }));
  await host.ask('Keep this');
  await host.expectAgentReceived('text: Keep this');
  await host.button('History').click();
  const entry = host.history.getByRole('listitem').first();
  await entry.hover();
  await expect(entry.getByRole('button')).toHaveCount(1);

  await host.set(() => ({ history: { enabled: false } }));
  await expect(host.history).toHaveCount(0);
  await expect(host.button('History')).toHaveCount(0);
});

test('prompts of the start screen are asked with one click, with their tags', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    startScreen: {
      greeting: 'How can we help?',
      prompts: [
        { label: 'Delivery', prompt: 'Where is my parcel?', icon: 'suitcase' },
        {
          label: 'This order',
          prompt: [
            { type: 'input_text', text: 'About ' },
            { type: 'input_tag', id: 'o7', text: 'Order 7', data: { shop: 'north' } },
          ],
        },
      ],
    },
    disclaimer: { text: 'Answers may be **wrong**.', highContrast: true },
  }));
  await expect(host.frame.getByRole('heading', { name: 'How can we help?' })).toBeVisible();
  await expect(host.button('Delivery').locator('svg')).toBeVisible();
  await expect(host.frame.locator('.disclaimer:visible')).toHaveText('Answers may be wrong.');
  await host.shot('start');
  await host.button('This order').click();
  await host.expectAgentReceived("tags: o7 {'shop': 'north'}");
  await host.expectAgentReceived('text: About');
});

test('what is wrong with the options is reported in sentences, and costs nothing else', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(
    () => ({ theme: { radius: 'huge' }, histroy: {}, startScreen: { greeting: 'Still here' } }) as never,
  );
  await expect(host.frame.getByRole('heading', { name: 'Still here' })).toBeVisible();
  const name = 'InvalidFrameParamsError';
  expect(await host.received('error')).toEqual([
    [
      'error',
      { name, message: expect.stringMatching(/^Option "theme.radius" must be one of "pill".*ignored\.$/) },
    ],
    ['error', { name, message: 'Unknown option "histroy": it was ignored.' }],
  ]);

  await host.set(() => ({ api: undefined }));
  await expect(host.frame.getByRole('alert')).toHaveText(/This chat is not set up yet/);
  await host.set(() => ({}));
  await expect(host.composer).toBeVisible();
});

test('options by the names of the first documentation work, with one notice for each', async ({
  page,
  baseURL,
}) => {
  const notices: string[] = [];
  page.on('console', (message) => message.type() === 'info' && notices.push(message.text()));
  const host = await HostPage.open(page, baseURL);
  const older = (greeting: string) =>
    page.evaluate((words) => {
      window.chat.setOptions({
        apiURL: 'chatkit/items',
        fetch: (url: string, init: RequestInit) => {
          window.called.push('fetch');
          return fetch(url, init);
        },
        theme: 'dark',
        clientTools: {
          where_am_i: (params: unknown) => {
            window.called.push(params);
            return { city: 'Ghent' };
          },
        },
        header: { customButtonLeft: { icon: 'settings-cog', onClick: () => window.called.push('settings') } },
        newThreadView: {
          greeting: words,
          prompts: [{ name: 'Where', prompt: 'tool', icon: 'search' }],
        },
        messages: { feedback: true },
      } as never);
    }, greeting);
  await older('Welcome');
  await expect(host.frame.getByRole('heading', { name: 'Welcome' })).toBeVisible();
  await older('Welcome back');
  await expect(host.frame.getByRole('heading', { name: 'Welcome back' })).toBeVisible();
  await host.frame.locator('.header').getByRole('button').first().click();
  expect(await host.called()).toEqual(['settings']);
  await host.button('Where').click();
  await expect(host.answers().last()).toContainText('Ghent');
  expect(await host.called()).toEqual(expect.arrayContaining(['fetch', { precise: true }]));
  expect(await host.received('error')).toEqual([]);
  expect(notices.toSorted()).toEqual(
    [
      ['apiURL', 'api.url'],
      ['fetch', 'api.fetch'],
      ['newThreadView', 'startScreen'],
      ['clientTools', 'onClientTool'],
      ['messages', 'threadItemActions'],
      ['header.customButtonLeft', 'header.leftAction'],
      ['startScreen.prompts.name', 'startScreen.prompts.label'],
    ]
      .map(([name, now]) => `<openai-chatkit>: Option "${name}" is now called "${now}".`)
      .toSorted(),
  );

  await page.evaluate(() => window.chat.setOptions({ apiURL: 'chatkit/items', header: false } as never));
  await expect(host.frame.locator('.header')).toHaveCount(0);
});

test('a page that waits for its secret to be fetched comes up, and the secret is fetched once', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await page.route(`${baseURL}chatkit`, (route) => route.fulfill({ json: { data: [], has_more: false } }));
  await host.set(() => ({
    api: {
      getClientSecret: async (current: string | null) => {
        window.called.push(current);
        return 'secret';
      },
    },
  }));
  await expect.poll(() => host.called()).toEqual([null]);
  await host.button('History').click();
  await expect(host.history.getByText('No chats yet.')).toBeVisible();
  expect(await host.called()).toEqual([null]);
});

test('a client secret is sent to this server, and renewed when it is refused', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  const bearers: (string | undefined)[] = [];
  await page.route(`${baseURL}chatkit`, async (route) => {
    const { authorization } = route.request().headers();
    bearers.push(authorization);
    const good = authorization === 'Bearer secret-2';
    await route.fulfill(good ? { json: { data: [], has_more: false } } : { status: 401, json: {} });
  });
  await host.set(() => {
    let count = 0;
    return {
      api: {
        getClientSecret: async (current: string | null) => {
          window.called.push(current);
          return `secret-${++count}`;
        },
      },
    };
  });
  await host.button('History').click();
  await expect(host.history.getByText('No chats yet.')).toBeVisible();
  expect(bearers).toEqual(['Bearer secret-1', 'Bearer secret-2']);
  expect(await host.called()).toEqual([null, 'secret-1']);
});

test('what has an icon of another set, or none, is there and works', async ({ page, baseURL }) => {
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  const host = await HostPage.open(page, baseURL);
  await host.set(() => {
    const tools = [
      { id: 'find', label: 'Find', icon: 'magnifying-glass', pinned: true },
      { id: 'plan', label: 'Plan', icon: 'list-checklist' },
      { id: 'bare', label: 'Bare tool', pinned: true },
      { id: 'odd', label: 'Odd tool', icon: 'lucide:no-such-icon', pinned: true },
    ];
    return {
      composer: { tools },
      startScreen: { prompts: [{ label: 'Who am I?', prompt: 'Who am I?', icon: 'person' }] },
      header: { rightAction: { icon: 'gear', onClick: () => window.called.push('settings') } },
      entities: {
        onTagSearch: async () => [{ id: 'ann', title: 'Ann', icon: 'magnifying-glass' }, { id: 'nobody' }],
      },
      // biome-ignore lint/suspicious/noExplicitAny: what a page without types may give
    } as any;
  });
  await expect(host.button('Find').locator('[data-icon=search]')).toBeVisible();
  // Without an icon, a tool is known by its words.
  await expect(host.button('Bare tool')).toHaveText('Bare tool');
  await expect(host.button('Odd tool')).toHaveText('Odd tool');
  await expect(host.button('Who am I?').locator('[data-icon=user]')).toBeVisible();
  await host.shot('icons');
  await host.button('Settings').click();
  expect(await host.called()).toEqual(['settings']);
  await host.frame.locator('.attach').click();
  await expect(host.frame.getByRole('menuitemradio', { name: 'Plan' })).toBeVisible();
  await page.keyboard.press('Escape');
  await host.composer.pressSequentially('@');
  await expect(host.frame.getByRole('option')).toHaveText(['Ann']);
  expect(said.filter((line) => line.includes('nearest'))).toEqual([
    expect.stringContaining('"startScreen.prompts.0.icon" "person"'),
    expect.stringContaining(
      '"composer.tools.0.icon" "magnifying-glass" is no icon of ChatKit; the nearest are "search"',
    ),
    expect.stringContaining('"composer.tools.1.icon" "list-checklist"'),
    expect.stringContaining('"header.rightAction.icon" "gear" is no header icon'),
  ]);
});
