import { expect, test } from '@playwright/test';
import { HostPage } from './host-page';

test('German is spoken from the greeting to the errors', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({ locale: 'de' }));
  await expect(host.frame.getByRole('heading')).toHaveText(['', 'Womit kann ich heute helfen?']);
  const composer = host.frame.getByRole('textbox', { name: 'Nachricht' });
  await expect(composer).toHaveAttribute('placeholder', 'Nachricht an die KI');
  await expect(host.frame.locator('html')).toHaveAttribute('lang', 'de');
  await composer.fill('Guten Tag');
  await composer.press('Enter');
  await expect(host.log).toContainText('locale: de');
  await host.button('Verlauf').click();
  await expect(host.frame.getByRole('complementary', { name: 'Chatverlauf' })).toContainText('Guten Tag');
  await page.keyboard.press('Escape');
  await page.route(`${baseURL}chatkit/mirror`, (route) => route.fulfill({ status: 503, body: '' }));
  await composer.fill('Noch da?');
  await composer.press('Enter');
  await expect(host.frame.getByRole('alert')).toContainText('Der Server kann gerade nicht antworten.');
  await expect(composer).toHaveValue('Noch da?');

  await host.set(() => ({ locale: 'sv' }));
  await expect(host.composer).toHaveAttribute('placeholder', 'Message the AI');
});

test('Traditional Chinese is told from Simplified, from the browser to the errors of the server', async ({
  browser,
  baseURL,
}) => {
  const context = await browser.newContext({ locale: 'zh-TW', baseURL });
  const page = await context.newPage();
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({}));
  await page.evaluate(() => window.chat.setThreadId('thr_of_nobody').catch(() => {}));
  await expect(host.frame.getByText('該聊天不存在，或不屬於您。')).toBeVisible();
  await expect(host.frame.locator('html')).toHaveAttribute('lang', 'zh-TW');
  await host.set(() => ({ locale: 'zh-hans-hk' as never }));
  await expect(host.button('历史记录')).toBeVisible();
  await expect(host.frame.locator('html')).toHaveAttribute('lang', 'zh-Hans-HK');
  await host.set(() => ({ locale: 'pt_BR' as never }));
  await expect(host.button('Histórico')).toBeVisible();
  expect(JSON.stringify(await host.received('error'))).not.toContain('locale');
  await context.close();
});

test('a locale without words is English with its own numbers, and keeps its name', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    locale: 'sv-SE',
    composer: { attachments: { enabled: true, maxSize: 1536 } },
  }));
  await expect(host.frame.getByRole('heading')).toHaveText(['', 'What can I help with today?']);
  await expect(host.frame.locator('html')).toHaveAttribute('lang', 'en-SE');
  await expect(host.frame.locator('html')).toHaveAttribute('dir', 'ltr');
  await host.frame
    .locator('input[type=file]')
    .setInputFiles({ name: 'large.txt', mimeType: 'text/plain', buffer: Buffer.alloc(5000, 'x') });
  await expect(host.frame.getByText('it has 4,9 kB, and 1,5 kB is the most')).toBeVisible();
  await host.ask('God morgon');
  await expect(host.log).toContainText('locale: sv-SE');
  await host.button('History').click();
  await expect(host.history).toContainText(/Today, \d\d:\d\d$/m);
  await host.set(() => ({ locale: 'fa' as never }));
  await expect(host.frame.locator('html')).toHaveAttribute('dir', 'ltr');
});

test('Arabic is laid out from right to left @phone', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    locale: 'ar',
    theme: { colorScheme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light' },
    header: { title: { text: 'المتجر' }, leftAction: { icon: 'hamburger', onClick: () => {} } },
    composer: {
      attachments: { enabled: true },
      tools: [{ id: 'search', label: 'بحث في الويب', icon: 'globe', pinned: true }],
      models: [{ id: 'small', label: 'صغير' }],
      dictation: { enabled: true },
    },
  }));
  await expect(host.frame.locator('html')).toHaveAttribute('dir', 'rtl');
  const composer = host.frame.getByRole('textbox', { name: 'الرسالة' });
  await host.shot('locale-ar-start');
  await composer.fill('أين طلبي؟');
  await composer.press('Control+Enter');
  await expect(host.log).toContainText('locale: ar');
  const start = async (selector: string) => {
    const { x } = (await host.frame.locator(selector).first().boundingBox()) ?? { x: Number.NaN };
    return x;
  };
  expect(await start('.send')).toBeLessThan(await start('.attach'));
  expect(await start('.header-actions')).toBeLessThan(await start('.header-title'));
  expect(await start('.bubble')).toBeLessThan(await start('.attach'));
  await host.shot('locale-ar');
  await host.button('السجل').click();
  await expect(host.frame.getByRole('complementary', { name: 'سجل المحادثات' })).toContainText('أين طلبي؟');
  await host.shot('locale-ar-history');
});

test('English words in an Arabic chat stand where its lines begin', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({ locale: 'ar' }), 'chatkit/items');
  const composer = host.frame.getByRole('textbox', { name: 'الرسالة' });
  await composer.fill('everything');
  await composer.press('Enter');
  await expect(host.frame.locator('.source-title').last()).toBeVisible();
  const ends = await host.inside.evaluate(() =>
    ['.task-title', '.source-title', '.header-title'].flatMap((selector) =>
      [...document.querySelectorAll(selector)].map((one) => {
        const words = document.createRange();
        words.selectNodeContents(one);
        return Math.abs(one.getBoundingClientRect().right - words.getBoundingClientRect().right) < 2;
      }),
    ),
  );
  expect(ends.length).toBeGreaterThan(6);
  expect(ends).not.toContain(false);
  await host.shot('locale-ar-items');
});
