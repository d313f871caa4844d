import { expect, test } from '@playwright/test';
import { HostPage } from './host-page';

test('what is mentioned is found by its name, displayed as a tag, and sent with what the page knows of it', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    entities: {
      showComposerMenu: true,
      onTagSearch: async (query) => {
        if (query === 'broken') throw new Error('No such index');
        return [
          { id: 'o6', title: 'Order 6', group: 'Orders', data: { shop: 'south' } },
          { id: 'o7', title: 'Order 7', group: 'Orders', interactive: true, data: { shop: 'north' } },
          { id: 'ada', title: 'Ada Lovelace', icon: 'profile' },
        ].filter(({ title }) => title.toLowerCase().includes(query.toLowerCase()));
      },
      onClick: ({ id }) => window.called.push(`click ${id}`),
      onRequestPreview: async ({ id, data }) => {
        window.called.push(`preview ${id}`);
        return { preview: { type: 'Basic', children: [{ type: 'Text', value: `From ${data?.shop}` }] } };
      },
    },
  }));
  const options = host.frame.getByRole('option');
  const active = host.frame.getByRole('option', { selected: true });
  const tags = host.frame.locator('.ink-tag');
  const preview = host.frame.getByRole('tooltip', { name: 'Preview of Order 7' });

  await host.button('Mention').click();
  await expect(options).toHaveText(['Ada Lovelace', 'Order 6', 'Order 7']);
  await expect(host.composer).toHaveAttribute('aria-activedescendant', 'suggestion-0');
  await host.shot('entities-menu');
  await host.composer.press('Escape');
  await expect(options).toHaveCount(0);
  await host.composer.fill('Where is ');
  await host.composer.pressSequentially('@order');
  await expect(options).toHaveText(['Order 6', 'Order 7']);
  await page.keyboard.press('ArrowDown');
  await expect(active).toHaveText('Order 7');
  await page.keyboard.press('Enter');
  await expect(host.composer).toHaveValue('Where is @Order 7 ');
  await expect(tags).toHaveText(['@Order 7']);

  // A tag lies behind the text, so the mouse finds it where a user sees it.
  const { x, y, width, height } = (await tags.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + width / 2, y + height / 2);
  await expect(preview).toContainText('From north');
  await host.shot('entities-preview');
  await page.mouse.click(x + width / 2, y + height / 2);
  await page.mouse.move(5, 300);
  await expect(preview).toHaveCount(0);
  expect(await host.called()).toEqual(['preview o7', 'click o7']);

  await host.composer.press('End');
  await host.composer.pressSequentially('and @ada');
  await expect(options).toHaveText(['Ada Lovelace']);
  await page.keyboard.press('Tab');
  await expect(tags).toHaveText(['@Order 7', '@Ada Lovelace']);
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Backspace');
  await expect(host.composer).toHaveValue('Where is @Order 7 and ');
  await page.keyboard.press('Control+z');
  await expect(tags).toHaveText(['@Order 7', '@Ada Lovelace']);
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await host.expectAgentReceived("tags: o7 {'shop': 'north'}, ada {}");
  await expect(host.composer).toHaveValue('');

  const message = host.log.getByRole('article', { name: 'You said' });
  await message.getByRole('button', { name: 'Order 7' }).hover();
  await expect(preview).toContainText('From north');
  await message.getByRole('button', { name: 'Order 7' }).click();
  await expect(message.getByText('Ada Lovelace')).toBeVisible();
  await expect(message.getByRole('button', { name: 'Ada Lovelace' })).toHaveCount(0);
  expect(await host.called()).toEqual(['preview o7', 'click o7', 'click o7']);
  await host.shot('entities-sent');

  await host.composer.fill('');
  await host.composer.pressSequentially('@broken');
  await expect(host.frame.locator('.popup-note')).toHaveText('The search failed. Type on to try again.');
  expect((await host.received('error')).at(-1)).toEqual([
    'error',
    { name: 'Error', message: 'entities.onTagSearch failed: No such index' },
  ]);
});

test('what is no mention is left alone', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    entities: {
      onTagSearch: async (query) => {
        window.called.push(query);
        return [];
      },
    },
  }));
  await expect(host.button('Mention')).toHaveCount(0);
  await host.composer.pressSequentially('ada@example.com');
  await page.keyboard.press('Enter');
  await host.expectAgentReceived('text: ada@example.com');
  await host.expectAgentReceived('tags: none');
  expect(await host.called()).toEqual([]);
});
