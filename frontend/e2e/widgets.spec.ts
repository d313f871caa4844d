import { readdirSync } from 'node:fs';
import type { Locator } from '@playwright/test';
import { type ChatPage, expect, test } from './chat-page';

const SAMPLES = readdirSync('src/widgets/samples').map((name) => name.replace('.json', ''));
const schemes = ['light', 'dark'] as const;

test('every sample is drawn, in both schemes, and none is blank or wider than the screen', {
  tag: '@phone',
}, async ({ chat, page }) => {
  // A picture of each in both schemes: beside the other suites, that alone takes more than a minute.
  test.slow();
  // High enough for the highest of them to be seen whole.
  await page.setViewportSize({ width: page.viewportSize()?.width ?? 1280, height: 1400 });
  await chat.open('widgets');
  await chat.ask('all');
  await chat.answered();
  const widgets = chat.log.locator('.widget');
  await expect(widgets).toHaveCount(SAMPLES.length);
  await expect(widgets.locator('.recharts-surface').first()).toBeVisible();
  for (const scheme of schemes) {
    await chat.frame.locator('html').evaluate((html, name) => {
      html.dataset.theme = name;
    }, scheme);
    for (const [at, name] of SAMPLES.entries()) {
      const widget = widgets.nth(at);
      await widget.scrollIntoViewIfNeeded();
      const size = await widget.evaluate((box) => ({
        height: box.clientHeight,
        beyond: box.scrollWidth - box.clientWidth,
        content: box.textContent?.length || box.querySelectorAll('img, svg, input').length,
      }));
      expect(size.height, `${name} has a height`).toBeGreaterThan(10);
      expect(size.content, `${name} has a content`).toBeGreaterThan(0);
      expect(size.beyond, `${name} fits`).toBeLessThanOrEqual(0);
      await shoot(chat, widget, `${scheme}-${name}`);
    }
  }
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
});

const shoot = (chat: ChatPage, widget: Locator, name: string) =>
  widget.screenshot({
    path: `e2e/artifacts/widgets/${chat.project}-${name}.png`,
    animations: 'disabled',
    style: '.bottom, .to-latest { visibility: hidden }',
  });

test('a form is filled in by keyboard, fades while it is sent, and its values arrive', async ({
  chat,
  page,
}) => {
  await chat.open('widgets');
  await chat.ask('order');
  await chat.answered();
  const card = chat.log.locator('.w-card');
  await card.getByRole('textbox', { name: 'Deliver to' }).fill('1 Analytical Way');
  // What opens is loaded with the first control that needs it.
  await expect(card.getByRole('button', { name: /Colour/ })).toBeEnabled();
  await card.getByRole('button', { name: /Colour/ }).press('Enter');
  await expect(chat.frame.getByRole('listbox')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(card.getByRole('button', { name: /^On:/ })).toBeEnabled();
  await card.getByRole('button', { name: /^On:/ }).press('Enter');
  await expect(chat.frame.getByRole('grid')).toBeVisible();
  await page.keyboard.press('Enter');
  await card.getByRole('radio', { name: 'Invoice' }).check();

  // Not before the terms are agreed to.
  await card.getByRole('button', { name: 'Order' }).click();
  await expect(card.getByRole('checkbox')).toBeFocused();
  await card.getByRole('checkbox').check();

  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await page.route('**/chatkit/**', async (route) => {
    if ((route.request().postData() ?? '').includes('"threads.custom_action"')) await held;
    await route.continue();
  });
  await card.getByRole('button', { name: 'Order' }).click();
  await expect(card).toHaveAttribute('aria-busy', 'true');
  goOn();
  await chat.answered();
  await expect(card).not.toHaveAttribute('aria-busy', 'true');
  await expect(chat.answers()).toContainText('order.place');
  for (const value of [
    '"address": "1 Analytical Way"',
    '"item": "tent"',
    '"pay": "invoice"',
    '"terms": true',
  ]) {
    await expect(chat.answers()).toContainText(value);
  }
  await expect(chat.answers()).toContainText(/"colour": "(green|sand)".*"day": "\d{4}-\d\d-\d\d"/);
});

test('a change is reported without an answer, and the tree changes around what was typed', async ({
  chat,
}) => {
  await chat.open('widgets');
  await chat.ask('checkbox');
  await chat.answered();
  const card = chat.log.locator('.w-card');
  await card.getByRole('checkbox', { name: 'Off', exact: true }).check();
  const asked = chat.request('threads.sync_custom_action');
  await card.getByRole('checkbox', { name: 'On', exact: true }).uncheck();
  await asked;
  await expect(card.getByText('sample.check {"b": false}')).toBeVisible();
  await expect(card.getByRole('checkbox', { name: 'Off', exact: true })).toBeChecked();
});
