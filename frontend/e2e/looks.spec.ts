import { expect, test } from '@playwright/test';
import { hasNothingSerious } from './axe';
import { ChatPage } from './chat-page';
import { HostPage } from './host-page';
import { standIn } from './official';

/** Everything that opens, in both schemes. What a screen reader gets does not depend on the size. */
const MENUS = ['tools', 'models', 'commands', 'mentions'];

for (const scheme of ['light', 'dark'] as const) {
  test(`what opens around the composer can be used by all users, in ${scheme} @phone`, async ({
    page,
    baseURL,
  }) => {
    const phone = (page.viewportSize()?.width ?? 0) < 500;
    const host = await HostPage.open(page, baseURL);
    await host.set(
      scheme === 'dark'
        ? () => ({ ...window.looks(), theme: { colorScheme: 'dark' } })
        : () => window.looks(),
    );
    const looks = async (name: string) => {
      expect(await host.outside(), name).toEqual([]);
      await host.shot(`looks-${name}-${scheme}`);
      if (!phone && MENUS.includes(name)) await hasNothingSerious(host, name, scheme);
    };
    await expect(host.button('Delivery')).toBeVisible();
    await looks('start');
    await host.button('Add files and tools').click();
    await looks('tools');
    await page.keyboard.press('Escape');
    await host.button('Model: Small').click();
    await looks('models');
    await page.keyboard.press('Escape');
    await host.composer.fill('');
    await host.composer.pressSequentially('/');
    await expect(host.frame.getByRole('option')).toHaveCount(4);
    await looks('commands');
    await page.keyboard.press('Escape');
    await host.composer.fill('');
    await host.composer.pressSequentially('@');
    await expect(host.frame.getByRole('option')).toHaveCount(2);
    await looks('mentions');
    await page.keyboard.press('Enter');
    await host.button('Search the web').click();
    await host.composer.press('End');
    await host.composer.pressSequentially('please');
    await host.send();
    await host.expectAgentReceived('tags: o7 {}');
    await looks('thread');
    await host.button('History').click();
    await expect(host.history.getByRole('listitem')).toHaveCount(1);
    await looks('history');
  });
}

/** The demo page with what users have in it: many workflows, some with long labels, some with none. */
const MANY = JSON.stringify(
  Array.from({ length: 30 }, (_, at) => ({
    id: `wf_68e8c1f2a4b88190a7d1c53e0d1b00${10 + at}`,
    label: ['', `Workflow ${at}`, `A label that says a great deal more than a label has to say, ${at}`][
      at % 3
    ],
  })),
);

for (const scheme of ['light', 'dark'] as const) {
  test(`the main screens of the page can be used by all users, in ${scheme} @phone`, async ({
    page,
    baseURL,
  }) => {
    const phone = (page.viewportSize()?.width ?? 0) < 500;
    const chat = new ChatPage(page, phone ? 'phone' : 'desktop');
    await page.emulateMedia({ colorScheme: scheme });
    await page.addInitScript((many) => localStorage.setItem('chatkit-link:workflows', many), MANY);
    const looks = async (name: string, isChecked = false) => {
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wider, name).toBeLessThanOrEqual(0);
      await chat.shot(`page-${name}-${scheme}`);
      if (isChecked && !phone) await hasNothingSerious(chat, name, scheme);
    };
    await chat.open();
    await looks('start');
    await chat.ask('How does an answer survive a reload?');
    await chat.answered();
    await looks('answer');
    if (phone) await chat.button('Menu').click();
    await looks('chats', true);
    await page.getByLabel('Search chats').fill('reload');
    await expect(page.locator('.hit mark').first()).toBeVisible();
    await looks('search', true);
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByRole('button', { name: 'Add workflow' }).click();
    await page.getByLabel('Workflow id').fill('asst_1');
    await page.keyboard.press('Enter');
    await looks('import', true);
    await page.getByRole('button', { name: 'Close' }).click();
    await (phone
      ? chat.button('Settings')
      : page.getByRole('button', { name: 'Settings', exact: true })
    ).click();
    await looks('settings', true);
    await page.getByRole('tab', { name: 'Code' }).click();
    await looks('code', true);
    await page.getByRole('button', { name: 'Close the settings' }).click();

    await page.goto('./?agent=gone');
    await expect(page.getByRole('heading', { name: 'No such agent' })).toBeVisible();
    await looks('missing');
    await standIn(page, baseURL ?? '');
    await page.goto('./?workflow=wf_support');
    await expect(page.getByRole('heading', { name: 'wf_support needs your API key' })).toBeVisible();
    await looks('key', true);
    await page.getByRole('main').getByLabel('OpenAI API key').fill('sk-wrong-0000');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('OpenAI did not accept the API key');
    await looks('refused');
    await page.route('**/api/agents', (route) => route.abort());
    await page.goto('./?agent=research');
    await expect(page.getByRole('alert')).toContainText('The server cannot be reached.');
    await looks('unreachable');
  });
}
