import type { ChatKitOptions, ThemeOption } from '@openai/chatkit';
import { expect, test } from '@playwright/test';
import { unreadableTexts } from './contrast';
import { HostPage } from './host-page';

/** Numbers from 0 to 1, the same again for a seed. */
function randomFrom(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const EXTREMES = [
  '#000',
  '#fff',
  '#777777',
  '#757575',
  '#808080',
  'yellow',
  '#0000ff',
  '#f0f',
  'rgb(0 255 0)',
  'gray',
];

function randomThemes(seed: number, count: number): ThemeOption[] {
  const random = randomFrom(seed);
  const one = <T>(...list: T[]) => list[Math.floor(random() * list.length)] as T;
  const maybe = <T>(value: T) => (random() < 0.7 ? value : undefined);
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const color = () =>
    one(
      () => `#${upTo(0xffffff).toString(16).padStart(6, '0')}`,
      () => `hsl(${upTo(360)} ${upTo(100)}% ${upTo(100)}%)`,
      () => `oklch(${random().toFixed(2)} ${(random() * 0.3).toFixed(2)} ${upTo(360)})`,
      () => `rgba(${upTo(255)}, ${upTo(255)}, ${upTo(255)}, ${random().toFixed(2)})`,
      () => one(...EXTREMES),
    )();
  return Array.from({ length: count }, () => ({
    colorScheme: one('light', 'dark'),
    radius: one('pill', 'round', 'soft', 'sharp'),
    density: one('compact', 'normal', 'spacious'),
    typography: { baseSize: one(14, 15, 16, 17, 18) },
    color: {
      grayscale: maybe({
        hue: upTo(360),
        tint: upTo(9) as 0,
        shade: maybe((upTo(8) - 4) as 0),
      }),
      surface: maybe({ background: color(), foreground: color() }),
      accent: maybe({ primary: color(), level: upTo(3) as 0 }),
    },
  }));
}

let worn = 0;

/** Resolves when the frame has it. */
async function wear(host: HostPage, theme: ThemeOption, agent = 'items') {
  const name = `theme-${++worn}`;
  const options: ChatKitOptions = {
    api: { url: `chatkit/${agent}`, domainKey: 'local' },
    theme: { ...theme, typography: { ...theme.typography, fontFamilyMono: `${name}, monospace` } },
    threadItemActions: { feedback: true, retry: true },
    startScreen: { greeting: 'What now?', prompts: [{ label: 'Everything', prompt: 'everything' }] },
    disclaimer: { text: 'It may be [wrong](https://example.com).' },
    composer: { placeholder: 'Ask away' },
  };
  await host.page.evaluate((given) => window.chat.setOptions(given), options);
  await host.inside.waitForFunction(
    (wanted) => document.documentElement.style.getPropertyValue('--font-mono').startsWith(wanted),
    name,
  );
}

async function unreadable(host: HostPage, themes: ThemeOption[], agent?: string) {
  const found: string[] = [];
  for (const theme of themes) {
    await wear(host, theme, agent);
    const texts = await host.inside.evaluate(unreadableTexts, 4.5);
    if (texts.length) found.push(`${JSON.stringify(theme)}\n  ${texts.slice(0, 6).join('\n  ')}`);
  }
  return found.slice(0, 8);
}

test('all text can be read with 200 random themes', async ({ page, baseURL }) => {
  const seed = Number(process.env.CHATKIT_LINK_THEME_SEED ?? Date.now() % 100_000);
  console.log(`themes of seed ${seed}`);
  const themes = randomThemes(seed, 200);
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({}), 'chatkit/items');
  await expect(host.composer).toBeVisible();
  expect(await unreadable(host, themes.slice(0, 60)), 'on the start screen').toEqual([]);
  for (const scene of ['everything', 'questions', 'error']) {
    await host.ask(scene);
    await host.answered();
  }
  expect(await unreadable(host, themes.slice(60, 120)), 'in a thread').toEqual([]);
  await host.openHistory();
  expect(await unreadable(host, themes.slice(120, 140)), 'in the history').toEqual([]);
  await host.page.keyboard.press('Escape');
  await host.set(() => ({}), 'chatkit/widgets');
  await expect(host.composer).toBeVisible();
  await host.ask('button badge form table list-view');
  await host.answered();
  expect(await unreadable(host, themes.slice(140), 'widgets'), 'in widgets').toEqual([]);
});

test('a foreground is what lies on the surface, and text follows from both', async ({ page, baseURL }) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({}), 'chatkit/items');
  await expect(host.composer).toBeVisible();
  const colors = () =>
    host.inside.evaluate(() => {
      const style = (selector: string) => getComputedStyle(document.querySelector(selector) as Element);
      const lightness = (color: string) =>
        (color.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 765;
      return {
        page: style('body').backgroundColor,
        composer: style('.composer').backgroundColor,
        hasLightText: lightness(style('h1').color) > 0.5,
        typesLightText: lightness(style('.composer').color) > 0.5,
      };
    });
  const before = await colors();
  const surface = (background: string, foreground: string) => ({
    color: { surface: { background, foreground } },
  });

  await wear(host, { colorScheme: 'dark', ...surface('#0d1117', '#1d222b') });
  expect(await colors()).toEqual({
    page: 'rgb(13, 17, 23)',
    composer: 'rgb(29, 34, 43)',
    hasLightText: true,
    typesLightText: true,
  });
  await wear(host, { colorScheme: 'light', ...surface('#0f172a', '#f8fafc') });
  expect(await colors()).toEqual({
    page: 'rgb(15, 23, 42)',
    composer: 'rgb(248, 250, 252)',
    hasLightText: true,
    typesLightText: false,
  });
  await wear(host, {});
  await expect.poll(colors).toEqual(before);
});
