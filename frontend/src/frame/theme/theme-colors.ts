import type { ThemeOption } from '@openai/chatkit';
import { BLACK, type Rgb, WHITE } from './color';
import { colorReader, type ReadColor, tokensIn } from './css-colors';
import { type Given, paletteIn, type Scheme, schemeOf, TOKENS } from './palette';

/** `foreground`: the scheme of what lies on the surface, such as cards. */
export type ThemeColors = { scheme: Scheme; foreground: Scheme; values: Record<string, string> };

/** From themes to the values of variables, which follow the nearest color-scheme. */
export function themeColors(): (option: ThemeOption) => ThemeColors {
  // Before there are colours of a theme, the values of variables are the defaults.
  let known: { read: ReadColor; defaults: Record<Scheme, Record<string, Rgb>> } | undefined;

  return ({ colorScheme = 'light', color }) => {
    if (!color) return { scheme: colorScheme, foreground: colorScheme, values: {} };
    known ??= readDefaults();
    const { read, defaults } = known;
    const surface = surfaceOf(color.surface, colorScheme, read);
    const scheme = surface ? schemeOf(surface.background) : colorScheme;
    const foreground = surface ? schemeOf(surface.foreground) : colorScheme;

    const palettes = (['light', 'dark'] as const).map((side) => {
      const given: Given = {};
      if (color.grayscale) given.grayscale = color.grayscale;
      // Where the two are of different schemes, each is all that there is of its own.
      if (surface && side === scheme) {
        const inside = foreground === scheme ? surface.foreground : surface.background;
        given.surface = { background: surface.background, foreground: inside };
      } else if (surface && side === foreground) {
        given.surface = { background: surface.foreground, foreground: surface.foreground };
      }
      const behind = given.surface?.background ?? (side === 'light' ? WHITE : BLACK);
      const primary = color.accent && read(color.accent.primary, behind);
      if (color.accent && primary) given.accent = { primary, level: color.accent.level };
      return paletteIn(side, given, defaults[side]);
    });
    const [light, dark] = palettes as [(typeof palettes)[0], (typeof palettes)[0]];
    const both = Object.keys(light.values).map((name) => [
      name,
      `light-dark(${light.values[name]}, ${dark.values[name]})`,
    ]);
    return {
      scheme,
      foreground,
      values: { ...Object.fromEntries(both), '--tint': `${Math.min(light.tint, dark.tint)}` },
    };
  };
}

function readDefaults() {
  const read = colorReader();
  return {
    read,
    defaults: { light: tokensIn('light', TOKENS, read), dark: tokensIn('dark', TOKENS, read) },
  };
}

function surfaceOf(option: NonNullable<ThemeOption['color']>['surface'], scheme: Scheme, read: ReadColor) {
  const background = option && read(option.background, scheme === 'light' ? WHITE : BLACK);
  const foreground = background && read(option.foreground, background);
  return foreground ? { background, foreground } : undefined;
}
