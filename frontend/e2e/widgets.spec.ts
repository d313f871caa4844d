import { readdirSync } from 'node:fs';
import type { Locator } from '@playwright/test';
import { type ChatPage, expect, test } from './chat-page';

const SAMPLES = readdirSync('src/widgets/samples').map((name) => name.replace('.json', ''));
const schemes = ['light', 'dark'] as const;

test('every sample is drawn, in both schemes, and none is blank or wider than the screen', async ({
  chat,
  page,
}) => {
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
