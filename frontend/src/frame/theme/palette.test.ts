import { expect, test } from 'vitest';
import { contrast, type Rgb } from './color';
import { paletteIn, type Scheme, schemeOf, TOKENS } from './palette';

const parsed = (value: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(value.slice(at, at + 2), 16)) as unknown as Rgb;
const defaults = (scheme: Scheme) =>
  Object.fromEntries(TOKENS.map((name) => [name, parsed(scheme === 'light' ? '#1456b8' : '#8ab8ff')]));
const paletteOf = (scheme: Scheme, given: Parameters<typeof paletteIn>[1]) =>
  paletteIn(scheme, given, defaults(scheme)).values;

/** On the colour wheel of hsl(), in degrees. */
function hueOf(value: string): number {
  const [red, green, blue] = parsed(value);
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (most === red) return (60 * ((green - blue) / spread) + 360) % 360;
  return most === green ? 60 * ((blue - red) / spread + 2) : 60 * ((red - green) / spread + 4);
}

test.each([
  ['light', -4],
  ['dark', -1],
] as const)('hue 220, tint 6, shade %i is a cool grey in %s, and not cyan', (scheme, shade) => {
  const palette = paletteOf(scheme, { grayscale: { hue: 220, tint: 6, shade } });
  for (const name of ['--surface-2', '--bubble', '--text-2', '--text-3']) {
    const value = palette[name] as string;
    expect(hueOf(value), `${name}: ${value}`).toBeGreaterThan(205);
    expect(hueOf(value), `${name}: ${value}`).toBeLessThan(245);
    const [red, , blue] = parsed(value);
    expect(blue - red, `${name}: ${value}`).toBeLessThan(40);
  }
});

test('tint is how strongly a grey is coloured, from not at all; shade moves its lightness', () => {
  const spread = (tint: 0 | 4 | 9) => {
    const [red, , blue] = parsed(paletteOf('dark', { grayscale: { hue: 220, tint } })['--surface'] as string);
    return blue - red;
  };
  expect(spread(0)).toBe(0);
  expect(spread(4)).toBeGreaterThan(3);
  expect(spread(9)).toBeGreaterThan(spread(4));
  const lightness = (shade: -4 | 0 | 4) =>
    parsed(paletteOf('dark', { grayscale: { hue: 220, tint: 0, shade } })['--surface'] as string)[0];
  expect(lightness(-4)).toBeGreaterThan(lightness(0));
  expect(lightness(4)).toBeLessThan(lightness(0));
});

test('surfaces and accents are drawn as given, and text on them can be read', () => {
  const background = parsed('#777777');
  const palette = paletteOf(schemeOf(background), {
    surface: { background, foreground: parsed('#8a8a8a') },
    accent: { primary: parsed('#7d7d7d'), level: 3 },
  });
  expect([palette['--surface'], palette['--elevated'], palette['--accent']]).toEqual([
    '#777777',
    '#8a8a8a',
    '#7d7d7d',
  ]);
  for (const text of ['--text', '--text-2', '--text-3', '--link', '--info', '--danger', '--accent-text']) {
    for (const surface of ['--surface', '--elevated', '--surface-3', '--bubble']) {
      expect(contrast(parsed(palette[text] as string), parsed(palette[surface] as string))).toBeGreaterThan(
        4.5,
      );
    }
  }
  expect(contrast(parsed(palette['--on-accent'] as string), parsed('#7d7d7d'))).toBeGreaterThan(4.5);
});
