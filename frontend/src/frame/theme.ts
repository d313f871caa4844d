/*
 * The theme of the host page, as values for the variables of `tokens.css`. What the page leaves out keeps the value
 * it has there; what it gives is where the others are mixed from, so that one colour never stands alone.
 */
import type { ChatKitOptions, ColorOption, FontObject, ThemeOption } from '@openai/chatkit';
import { useEffect, useLayoutEffect } from 'react';

type Values = Record<string, string | undefined>;

const corners = { pill: '1.5rem', round: '1rem', soft: '0.625rem', sharp: '0.25rem' };
/** Buttons and other small things. */
const smallCorners = { pill: '99px', round: '99px', soft: '0.5rem', sharp: '0.25rem' };
const densities = { compact: '0.75', normal: '1', spacious: '1.3' };

export function useTheme(theme: ChatKitOptions['theme'], base: string) {
  const sources = JSON.stringify(optionOf(theme).typography?.fontSources ?? []);

  useLayoutEffect(() => {
    const option = optionOf(theme);
    const root = document.documentElement;
    root.dataset.theme = option.colorScheme === 'dark' ? 'dark' : 'light';
    const values = valuesOf(option);
    for (const [name, value] of Object.entries(values)) {
      if (value) root.style.setProperty(name, value);
      else root.style.removeProperty(name);
    }
    // Everything is measured in rem.
    root.style.fontSize = option.typography?.baseSize ? `${option.typography.baseSize}px` : '';
  }, [theme]);

  useEffect(() => {
    const faces = (JSON.parse(sources) as FontObject[]).map((source) => faceOf(source, base));
    for (const face of faces) document.fonts.add(face);
    return () => {
      for (const face of faces) document.fonts.delete(face);
    };
  }, [sources, base]);
}

const optionOf = (theme: ChatKitOptions['theme']): ThemeOption =>
  typeof theme === 'string' ? { colorScheme: theme } : (theme ?? {});

/** Loaded when text is first written in it, as with a rule in a style sheet. */
function faceOf({ family, src, weight, ...rest }: FontObject, base: string): FontFace {
  const url = new URL(src, base).href.replaceAll('"', '%22');
  return new FontFace(family, `url("${url}")`, { ...rest, ...(weight && { weight: `${weight}` }) });
}

export function valuesOf({ radius, density, typography, color }: ThemeOption): Values {
  return {
    '--radius': radius && corners[radius],
    '--radius-small': radius && smallCorners[radius],
    '--density': density && densities[density],
    '--font': typography?.fontFamily,
    '--font-mono': typography?.fontFamilyMono,
    ...none,
    ...grayscale(color?.grayscale),
    ...surface(color?.surface),
    ...accent(color?.accent),
  };
}

/** Lightness of the neutral colours, in light and in dark (oklch, 0 to 1). */
const NEUTRALS: Record<string, [light: number, dark: number]> = {
  '--surface': [1, 0.205],
  '--surface-2': [0.967, 0.285],
  '--surface-3': [0.94, 0.335],
  '--elevated': [1, 0.255],
  '--bubble': [0.96, 0.28],
  '--text': [0.205, 0.94],
  '--text-2': [0.47, 0.77],
  '--text-3': [0.55, 0.68],
};

/** Every variable that colours may set, so that a theme that no longer does gives its own value back. */
const none: Values = Object.fromEntries(
  [...Object.keys(NEUTRALS), '--hover', '--pressed', '--border', '--border-subtle', '--border-strong']
    .concat('--accent', '--on-accent', '--info', '--link', '--focus')
    .map((name) => [name, undefined]),
);

function grayscale(option: ColorOption['grayscale']): Values {
  if (!option) return {};
  const { hue, tint, shade = 0 } = option;
  // A tint of 9 is as much colour as a grey can have and still be one; a step of shade is just noticeable.
  const chroma = tint * 0.0035;
  const tone = (lightness: number) =>
    `oklch(${clamp(lightness - shade * 0.012).toFixed(3)} ${chroma.toFixed(4)} ${hue})`;
  const values = Object.entries(NEUTRALS).map(([name, [light, dark]]) => {
    // White has no room for colour: a tinted page is a little less than white.
    const top = tint > 0 ? Math.min(light, 0.992) : light;
    return [name, `light-dark(${tone(top)}, ${tone(dark)})`];
  });
  return Object.fromEntries(values);
}

function surface(option: ColorOption['surface']): Values {
  if (!option) return {};
  const { background, foreground } = option;
  const mixed = (part: number) => `color-mix(in oklab, ${foreground} ${part}%, ${background})`;
  const faded = (part: number) => `color-mix(in srgb, ${foreground} ${part}%, transparent)`;
  return {
    '--surface': background,
    '--surface-2': mixed(5),
    '--surface-3': mixed(10),
    '--elevated': mixed(2),
    '--bubble': mixed(6),
    '--text': foreground,
    '--text-2': mixed(76),
    '--text-3': mixed(64),
    '--hover': faded(6),
    '--pressed': faded(11),
    '--border': faded(14),
    '--border-subtle': faded(8),
    '--border-strong': faded(24),
  };
}

/** Level 0 colours what one presses; 1 also what is chosen, tagged or focused; 2 and 3 also the user's messages. */
function accent(option: ColorOption['accent']): Values {
  if (!option) return {};
  const { primary, level } = option;
  const bubble = { 0: 0, 1: 0, 2: 10, 3: 22 }[level];
  return {
    '--accent': primary,
    // Black or white, whichever can be read on it.
    '--on-accent': `oklch(from ${primary} calc((0.68 - l) * infinity) 0 0)`,
    ...(level > 0 && { '--info': primary, '--focus': primary }),
    ...(bubble > 0 && { '--bubble': `color-mix(in oklab, ${primary} ${bubble}%, var(--surface-2))` }),
  };
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));
