import { truncate, writeFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { HostPage } from './host-page';
import { notices, optionsOf, renamed, set } from './printed';

test('the theme, the texts and the prompts of the theming guide are on the screen', async ({
  page,
  baseURL,
}) => {
  const told = notices(page);
  const host = await HostPage.open(page, baseURL);
  const measured = () =>
    host.inside.evaluate(() => {
      const style = (selector: string) => getComputedStyle(document.querySelector(selector) as Element);
      return {
        scheme: style('html').colorScheme,
        font: style('body').fontFamily,
        accent: style('.send').backgroundColor,
        corner: Number.parseFloat(style('.composer').borderTopLeftRadius),
        height: (document.querySelector('.composer') as Element).getBoundingClientRect().height,
      };
    });
  await set(host, `{ theme: { radius: 'sharp', density: 'spacious' } }`);
  await host.composer.fill('Hello');
  const other = await measured();
  await set(host, await optionsOf('theme'));
  await expect.poll(async () => (await measured()).accent).toBe('rgb(45, 140, 255)');
  const themed = await measured();
  expect(themed).toMatchObject({ scheme: 'dark', font: 'Inter, sans-serif' });
  expect(themed.corner).toBeGreaterThan(other.corner);
  expect(themed.height).toBeLessThan(other.height);
  await host.shot('printed-theme');

  await set(host, await optionsOf('texts'));
  await expect(host.frame.getByRole('heading', { name: 'Welcome to FeedbackBot!' })).toBeVisible();
  await expect(host.composer).toHaveAttribute('placeholder', 'Ask anything about your data…');

  await set(host, await optionsOf('prompts'));
  await expect(host.frame.getByRole('heading', { name: 'What can I help you build today?' })).toBeVisible();
  for (const name of ['Check on the status of a ticket', 'Create Ticket'])
    await expect(host.button(name).locator('svg')).toBeVisible();
  await host.shot('printed-prompts');
  await host.composer.fill('');
  await host.button('Create Ticket').click();
  await host.expectAgentReceived('text: Can you help me create a new support ticket?');
  expect(await host.received('error')).toEqual([]);
  expect(told).toEqual(renamed(['startScreen.prompts.name', 'startScreen.prompts.label']));
});

test('the buttons, files, mentions, previews and tools of the theming guide work', async ({
  page,
  baseURL,
}, info) => {
  const told = notices(page);
  const host = await HostPage.open(page, baseURL);
  await page.evaluate(() =>
    Object.assign(window, {
      openProfileSettings: () => window.called.push('settings'),
      openHomePage: () => window.called.push('home'),
      navigateToEntity: (id: string) => window.called.push(id),
    }),
  );

  await test.step('both buttons of the header', async () => {
    await set(host, await optionsOf('buttons'));
    const buttons = host.frame.locator('.header').getByRole('button');
    await buttons.first().click();
    await buttons.last().click();
    expect(await host.called()).toEqual(['settings', 'home']);
  });

  await test.step('three files of 20 MB, of the types that are listed', async () => {
    await set(host, await optionsOf('attachments'));
    const file = async (name: string, size = 8) => {
      await writeFile(info.outputPath(name), '%PDF-1.4');
      await truncate(info.outputPath(name), size);
      return info.outputPath(name);
    };
    const dialog = host.frame.locator('input[type=file]');
    await expect(dialog).toHaveAttribute('accept', /application\/pdf.*\.pdf/);
    await dialog.setInputFiles([await file('large.pdf', 20 * 1024 * 1024 + 1), await file('notes.txt')]);
    const alert = host.frame.getByRole('alert');
    await expect(alert).toContainText('“large.pdf” is too large: it has 20 MB, and 20 MB is the most.');
    await expect(alert).toContainText('“notes.txt” cannot be attached.');
    await host.button('Dismiss').click();
    await dialog.setInputFiles(await Promise.all(['a', 'b', 'c', 'd'].map((name) => file(`${name}.pdf`))));
    await expect(alert).toHaveText('Up to 3 files can be sent with one message; one was left out.');
    await host.button('Dismiss').click();
    await expect(host.button('Send message')).toBeEnabled();
    await host.ask('Read these');
    await host.expectAgentReceived('files: a.pdf, b.pdf, c.pdf');
  });

  const previews = await optionsOf('previews', {
    'value: Profile: ': 'value: `Profile: ',
    'title} }': 'title}` }',
  });
  await test.step('mentions in groups, with a card and a click', async () => {
    // Alone, they have nobody to show.
    await set(host, previews);
    await host.composer.fill('');
    await host.composer.pressSequentially('@Jane ');
    await expect(host.frame.getByRole('option')).toHaveCount(0);
    await host.composer.fill('');

    const mentions = await optionsOf('mentions');
    await set(host, `{ entities: { ...${previews}.entities, ...${mentions}.entities } }`);
    await host.composer.pressSequentially('Ask @');
    await expect(host.frame.getByRole('option')).toHaveText(['Jane Doe', 'Quarterly Plan']);
    for (const group of ['People', 'Documents'])
      await expect(host.frame.getByRole('group', { name: group })).toBeVisible();
    await host.composer.pressSequentially('Jane');
    await host.frame.getByRole('option', { name: 'Jane Doe' }).click();
    await host.composer.press('Enter');
    const message = host.log.getByRole('article', { name: 'You said' }).last();
    // An answer that grows moves what is under the pointer.
    await host.answered();
    await message.getByRole('button', { name: 'Jane Doe' }).hover();
    const card = host.frame.getByRole('tooltip', { name: 'Preview of Jane Doe' });
    await expect(card).toContainText('Profile: Jane Doe');
    await expect(card).toContainText('Role: Developer');
    await host.shot('printed-preview');
    await message.getByRole('button', { name: 'Jane Doe' }).click();
    await expect.poll(() => host.called()).toContain('user_123');
    await host.answered();
  });

  await test.step('a pinned tool, which goes with the message', async () => {
    await set(host, await optionsOf('tools'));
    await host.button('Add Note').click();
    await host.ask('Beans are up');
    await host.expectAgentReceived('tool: add-note');
  });
  expect(await host.received('error')).toEqual([]);
  expect(told.toSorted()).toEqual(
    renamed(
      ['header.customButtonLeft', 'header.leftAction'],
      ['header.customButtonRight', 'header.rightAction'],
      ['composer.attachments.uploadStrategy', 'api.uploadStrategy'],
    ),
  );
});

test('regions are off and the chat is German, as the theming guide sets them', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await set(host, await optionsOf('regions'));
  await expect(host.composer).toBeVisible();
  await expect(host.frame.locator('.header')).toHaveCount(0);
  await expect(host.button('History')).toHaveCount(0);
  await set(host, await optionsOf('locale'));
  await expect(host.button('Verlauf')).toBeVisible();
  await expect(host.frame.getByRole('heading').last()).toHaveText('Womit kann ich heute helfen?');
  await expect(host.frame.locator('html')).toHaveAttribute('lang', 'de-DE');
  expect(await host.received('error')).toEqual([]);
});

test('every row of the options reference works, and every event of the events reference comes', async ({
  page,
  baseURL,
}) => {
  const told = notices(page);
  const host = await HostPage.open(page, baseURL);
  const reference = (more: string) =>
    page.evaluate(`window.chat.setOptions({
      apiURL: 'chatkit/seeds',
      fetch: (url, init) => {
        window.called.push('fetch');
        return fetch(url, init);
      },
      theme: 'dark',
      clientTools: {
        add_to_todo_list: async ({ item }) => {
          window.called.push(item);
          return { added: item };
        },
      },
      messages: { feedback: true, annotations: true },
      ${more}
    })`);
  await reference(`
    initialThread: null,
    header: true,
    newThreadView: { greeting: 'Hello, sharp', prompts: [{ name: 'To do', prompt: 'tool' }] },
    composer: { placeholder: 'Lay your action on me' },
    entities: { onTagSearch: async () => [{ id: 'nyy', title: 'Yankees' }] },
  `);
  await expect(host.frame.getByRole('heading', { name: 'Hello, sharp' })).toBeVisible();
  await expect(host.composer).toHaveAttribute('placeholder', 'Lay your action on me');
  await expect(host.frame.locator('.header')).toBeVisible();
  expect(await host.inside.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe(
    'dark',
  );
  await host.button('To do').click();
  await host.expectAgentReceived("output: {'added': 'Buy milk'}");
  await host.answered();
  expect(await host.called()).toEqual(expect.arrayContaining(['fetch', 'Buy milk']));
  await expect(host.button('Good response').last()).toBeVisible();
  await host.composer.pressSequentially('@');
  await expect(host.frame.getByRole('option')).toHaveText(['Yankees']);
  await host.ask('What is the play?');
  await host.expectAgentReceived('text: What is the play?');
  await host.answered();

  const events = async () => (await host.received()).map(([name]) => name);
  expect(await events()).toEqual(expect.arrayContaining(['response.start', 'response.end']));
  expect(await host.received('log')).toContainEqual([
    'log',
    expect.objectContaining({ name: 'composer.submit' }),
  ]);
  const [, { threadId }] = (await host.received('thread.change'))[0] as [string, { threadId: string }];

  await test.step('a thread that is open at first, without a header', async () => {
    await page.reload();
    await reference(`initialThread: '${threadId}', header: false,`);
    await host.expectAgentReceived('text: What is the play?');
    await expect(host.frame.locator('.header')).toHaveCount(0);
    await expect
      .poll(async () => (await host.received('thread.change'))[0])
      .toEqual(['thread.change', { threadId }]);
    expect(await host.received('error')).toEqual([]);
  });

  await test.step('what the conversation took away as an error is named, and costs nothing else', async () => {
    await reference(`
      newThreadView: { greeting: 'Still here' },
      entities: { onTagSearch: async () => [{ id: 'nyy', title: 'Yankees' }], onTagSelect: () => {} },
    `);
    await expect
      .poll(() => host.received('error'))
      .toEqual([
        [
          'error',
          {
            name: 'InvalidFrameParamsError',
            message: 'Unknown option "entities.onTagSelect": it was ignored.',
          },
        ],
      ]);
    await host.composer.pressSequentially('@');
    await expect(host.frame.getByRole('option')).toHaveText(['Yankees']);
  });
  expect([...new Set(told)].toSorted()).toEqual(
    [
      ...renamed(
        ['apiURL', 'api.url'],
        ['fetch', 'api.fetch'],
        ['newThreadView', 'startScreen'],
        ['clientTools', 'onClientTool'],
        ['messages', 'threadItemActions'],
        ['startScreen.prompts.name', 'startScreen.prompts.label'],
      ),
      '<openai-chatkit>: Option "header" as true or false is now called "header.enabled".',
    ].toSorted(),
  );
});
