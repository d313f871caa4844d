import { expect, test } from '@playwright/test';
import { hasNothingSerious } from './axe';
import { HostPage } from './host-page';

/** Everything that opens, in both schemes. What is said to a screen reader does not hang on the size. */
const MENUS = ['tools', 'models', 'commands', 'mentions'];

for (const scheme of ['light', 'dark'] as const) {
  test(`what opens around the composer can be used by everybody, in ${scheme} @phone`, async ({
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
    await host.composer.press('Enter');
    await host.expectTold('tags: o7 {}');
    await looks('thread');
    await host.button('History').click();
    await expect(host.history.getByRole('listitem')).toHaveCount(1);
    await looks('history');
  });
}
