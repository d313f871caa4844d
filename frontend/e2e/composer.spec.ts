import { expect, test } from '@playwright/test';
import { HostPage } from './host-page';

const withTools = () =>
  ({
    composer: {
      tools: [
        { id: 'search', label: 'Search the web', shortLabel: 'Search', icon: 'globe', pinned: true },
        { id: 'image', label: 'Draw a picture', icon: 'images', placeholderOverride: 'What shall I draw?' },
        { id: 'research', label: 'Deep research', icon: 'lab', persistent: true },
      ],
      models: [
        { id: 'small', label: 'Small', description: 'Quick' },
        { id: 'large', label: 'Large', description: 'Thorough', default: true },
        { id: 'huge', label: 'Huge', disabled: true },
      ],
    },
  }) as const;

test('a tool is chosen for one message, or until it is turned off where it is persistent', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(withTools as never);
  await host.button('Search the web').click();
  await expect(host.button('Search the web')).toHaveAttribute('aria-pressed', 'true');
  await expect(host.composer).toBeFocused();
  await host.ask('One');
  await host.expectAgentReceived('tool: search');
  await expect(host.button('Search the web')).toHaveAttribute('aria-pressed', 'false');

  await host.button('Tools').click();
  await host.shot('composer-tools');
  await host.frame.getByRole('menuitemradio', { name: 'Draw a picture' }).click();
  await expect(host.composer).toHaveAttribute('placeholder', 'What shall I draw?');
  await host.button('Turn off Draw a picture').click();
  await expect(host.composer).toHaveAttribute('placeholder', 'Message the AI');

  await host.button('Tools').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('d');
  await expect(host.frame.getByRole('menuitemradio', { name: 'Deep research' })).toBeFocused();
  await page.keyboard.press('Enter');
  for (const question of ['Two', 'Three']) {
    await host.ask(question);
    await host.expectAgentReceived(`text: ${question}`);
    await host.expectAgentReceived('tool: research');
  }
  await host.button('Turn off Deep research').click();
  const changes = await host.received('tool.change');
  const ids = changes.map(([, detail]) => (detail as { toolId: string | null }).toolId);
  expect(ids).toEqual(['search', null, 'image', null, 'research', null]);
});

test('the model stays chosen until another one is', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(withTools as never);
  await host.ask('One');
  await host.expectAgentReceived('model: large');
  await host.button('Model: Large').focus();
  await page.keyboard.press('Enter');
  await expect(host.frame.getByRole('menuitemradio', { name: 'Large' })).toBeFocused();
  await expect(host.frame.getByRole('menuitemradio', { name: 'Huge' })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await host.shot('composer-models');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(host.composer).toBeFocused();
  for (const question of ['Two', 'Three']) {
    await host.ask(question);
    await host.expectAgentReceived(`text: ${question}`);
    await host.expectAgentReceived('model: small');
  }
});

test('commands are found, chosen and left by the keyboard', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    composer: { tools: [{ id: 'search', label: 'Search the web', icon: 'globe' }] },
    commands: {
      enabled: true,
      onSearch: async (query) =>
        [
          {
            id: 'summarise',
            label: 'Summarise',
            description: 'What was said so far',
            icon: 'notebook' as const,
          },
          { id: 'language', label: 'Language', group: 'Settings' },
          { id: 'broken', label: 'Broken' },
        ].filter(({ label }) => label.toLowerCase().includes(query)),
      onSelect: async ({ id }) => {
        window.called.push(id);
        if (id === 'broken') throw new Error('No such luck');
        if (id !== 'language') return;
        return {
          type: 'menu',
          commands: [
            { id: 'de', label: 'Deutsch' },
            { id: 'fr', label: 'Français' },
          ],
        };
      },
    },
  }));
  const options = host.frame.getByRole('option');
  const active = host.frame.getByRole('option', { selected: true });
  await host.composer.pressSequentially('/');
  await expect(options).toHaveText([/^Summarise/, 'Broken', 'Language', 'Search the web']);
  await expect(active).toHaveText(/^Summarise/);
  await host.shot('composer-commands');
  await page.keyboard.press('ArrowUp');
  await expect(active).toHaveText('Search the web');
  await page.keyboard.press('Enter');
  await expect(host.composer).toHaveValue('');
  await expect(host.button('Turn off Search the web')).toBeVisible();

  await host.composer.pressSequentially('/lan');
  await expect(options).toHaveText(['Language']);
  await page.keyboard.press('Tab');
  await expect(options).toHaveText(['Deutsch', 'Français']);
  await page.keyboard.press('Escape');
  await expect(options.first()).toHaveText(/^Summarise/);
  await host.composer.pressSequentially('lan');
  await expect(options).toHaveText(['Language']);
  await page.keyboard.press('Enter');
  await expect(active).toHaveText('Deutsch');
  await page.keyboard.press('ArrowDown');
  await expect(active).toHaveText('Français');
  await page.keyboard.press('Enter');
  await expect(host.composer).toHaveValue('');
  expect(await host.called()).toEqual(['language', 'language', 'fr']);

  await host.composer.pressSequentially('/bro');
  await expect(options).toHaveText(['Broken']);
  await page.keyboard.press('Enter');
  await expect(host.frame.locator('.popup-note')).toHaveText('“Broken” failed. Try again.');
  expect((await host.received('error')).at(-1)).toEqual([
    'error',
    { name: 'Error', message: 'commands.onSelect failed: No such luck' },
  ]);
  await page.keyboard.press('Escape');
  await expect(host.frame.getByRole('listbox')).toHaveCount(0);
  await expect(host.composer).toHaveValue('/bro');
});

test('Enter sends, Shift+Enter breaks the line, and neither while an input method is at work', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({}));
  await host.composer.fill('First');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second');
  await expect(host.composer).toHaveValue('First\nsecond');
  await page.keyboard.press('Enter');
  await host.expectAgentReceived('text: First');
  await expect(host.composer).toHaveValue('');

  const keys = await page.context().newCDPSession(page);
  await keys.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
  await expect(host.composer).toHaveValue('にほん');
  // The key that takes what is offered: the page gets the event, and it does nothing else.
  await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Enter', windowsVirtualKeyCode: 229 });
  await keys.send('Input.insertText', { text: '日本' });
  await expect(host.composer).toHaveValue('日本');
  await page.keyboard.press('Enter');
  await host.expectAgentReceived('text: 日本');
  await expect(host.log.getByRole('article', { name: 'You said' })).toHaveCount(2);
});

test('Escape stops the answer, after it has closed what lies above it', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(
    () => ({ composer: { tools: [{ id: 'search', label: 'Search the web', icon: 'globe' }] } }),
    'chatkit/story',
  );
  await host.askForStory();
  await host.button('Tools').click();
  await page.keyboard.press('Escape');
  await expect(host.frame.getByRole('menu')).toHaveCount(0);
  await expect(host.button('Tools')).toBeFocused();
  await expect(host.button('Stop')).toBeVisible();
  await page.keyboard.press('Escape');
  await host.answered();
  await expect(host.log).not.toContainText('Line 101:');
});

test('what is dictated is written down by the server, and stays in the composer', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({ composer: { dictation: { enabled: true } } }));
  const recorded: { audio_base64: string; mime_type: string }[] = [];
  // There is no model behind this server; its own answer is a refusal.
  await page.route(`${baseURL}chatkit/mirror`, async (route) => {
    const { type, params } = route.request().postDataJSON();
    if (type !== 'input.transcribe' || recorded.length) return route.fallback();
    recorded.push(params);
    return route.fulfill({ json: { text: ' where is my parcel? ' } });
  });
  await host.composer.fill('Hello,');
  await host.button('Dictate').click();
  await expect(host.button('Finish dictating')).toBeFocused();
  await expect(host.frame.getByRole('timer')).toHaveText('0:01');
  await host.shot('composer-dictation');
  await host.button('Finish dictating').click();
  await expect(host.composer).toHaveValue('Hello, where is my parcel?');
  await expect(host.composer).toBeFocused();
  expect(recorded[0]?.mime_type).toMatch(/^audio\/webm/);
  const bytes = Buffer.from(recorded[0]?.audio_base64 ?? '', 'base64');
  expect(bytes.subarray(0, 4).toString('hex')).toBe('1a45dfa3');

  await host.button('Dictate').click();
  // The browser gives the microphone in its own time.
  await expect(host.button('Finish dictating')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(host.composer).toHaveValue('Hello, where is my parcel?');
  expect(recorded).toHaveLength(1);

  await host.button('Dictate').click();
  await host.button('Finish dictating').click();
  await expect(host.frame.getByRole('alert')).toHaveText(/dictat/i);
  await host.button('Dismiss').click();
  await expect(host.frame.getByRole('alert')).toHaveCount(0);
});
