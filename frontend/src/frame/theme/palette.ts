/*
 * From the colours of a theme to those of everything that is drawn. A theme gives a few: greys by hue, tint and
 * shade, the colour behind the chat and that of what lies on it (composer, cards, menus), an accent. The others are
 * derived from these, for a light and for a dark surface.
 *
 * Invariant: every text can be read on every surface that it may stand on (a contrast of at least 4.5). Surfaces are
 * as given; text is moved towards black or white until it fits. On a surface of middling lightness not even black
 * has room to spare: there, what is mixed from it goes the other way, and tinted backgrounds are fainter or absent.
 */
import type { AccentColor, GrayscaleOptions } from '@openai/chatkit';
import { BLACK, contrast, extremeOn, faded, hex, mix, type Rgb, toned, WHITE } from './color';

export type Scheme = 'light' | 'dark';
export type Surface = { background: Rgb; foreground: Rgb };
export type Accent = { primary: Rgb; level: AccentColor['level'] };
export type Given = { grayscale?: GrayscaleOptions; surface?: Surface; accent?: Accent };

/** `tint`: how much of a text's own colour may be behind it, of 1. */
export type Palette = { values: Record<string, string>; tint: number };

/** Lightness of the neutral colours, in light and in dark (oklch, 0 to 1). */
const SURFACES: Record<string, [light: number, dark: number]> = {
  '--surface': [1, 0.205],
  '--surface-2': [0.967, 0.285],
  '--surface-3': [0.94, 0.335],
  '--elevated': [1, 0.255],
  '--bubble': [0.96, 0.28],
};
const INKS: Record<string, [light: number, dark: number]> = {
  '--text': [0.205, 0.94],
  '--text-2': [0.47, 0.77],
  '--text-3': [0.55, 0.68],
};

/** Coloured text, which greys and surfaces leave as it is wherever it can be read. */
const COLORED = ['--link', '--success', '--warning', '--caution', '--danger', '--info', '--discovery'].concat(
  '--code-comment',
  '--code-keyword',
  '--code-string',
  '--code-number',
  '--code-name',
  '--code-type',
);

/** Variables of `tokens.css` that a palette starts from. */
export const TOKENS = [
  ...Object.keys(SURFACES),
  ...Object.keys(INKS),
  ...COLORED,
  '--text-strong',
  '--focus',
  '--accent',
];

/** Variables that a palette sets. */
export const PALETTE = [
  ...TOKENS,
  '--on-accent',
  '--accent-hover',
  '--accent-text',
  '--hover',
  '--pressed',
].concat('--border', '--border-subtle', '--border-strong');

/** A little more than 4.5, which rounding takes away again. */
const READABLE = 4.56;
/** What a surface must leave for text that is not as strong as can be. */
const ROOM = 5.2;
/** How much of its own colour the style sheets put behind a text at most: buttons, badges, tags. */
const OWN: Record<string, number> = {
  '--text-2': 0.16,
  '--success': 0.16,
  '--warning': 0.16,
  '--caution': 0.16,
  '--danger': 0.16,
  '--discovery': 0.16,
  '--accent-text': 0.16,
  '--info': 0.24,
};
const MOST = 0.24;

export const schemeOf = (surface: Rgb): Scheme => (extremeOn(surface) === BLACK ? 'light' : 'dark');

/** `defaults`: the values of TOKENS in this scheme. */
export function paletteIn(
  scheme: Scheme,
  { grayscale, surface, accent }: Given,
  defaults: Record<string, Rgb>,
): Palette {
  const extreme = scheme === 'light' ? BLACK : WHITE;
  const greys = { ...defaults, ...(grayscale && greysOf(scheme, grayscale)) };
  const grey = (name: string) => greys[name] as Rgb;
  const surfaces = surface
    ? surfacesOn(surface, extreme, grey('--text'))
    : pick(greys, Object.keys(SURFACES));
  if (accent) surfaces['--bubble'] = bubble(surfaces['--surface-2'] as Rgb, accent, extreme);

  const under = Object.values(surfaces);
  const over = ['--surface', '--elevated'].map((name) => surfaces[name] as Rgb);
  const shade = over.every((each) => hasRoom(mix(each, extreme, 0.12), extreme))
    ? grey('--text')
    : opposite(extreme);
  under.push(...over.map((each) => mix(each, shade, 0.12)));
  const tint = [1, 0.75, 0.5, 0.25, 0].find((part) =>
    under.every((each) => contrast(extreme, mix(each, extreme, MOST * part)) >= READABLE),
  );
  // Under the words of a notice.
  under.push(mix(surfaces['--surface'] as Rgb, extreme, 0.07 * (tint ?? 0)));
  const readable = (name: string, color = grey(name), least = READABLE) =>
    fitted(color, under, extreme, least, (OWN[name] ?? 0) * (tint ?? 0));

  const texts = ['--text-strong', ...Object.keys(INKS), ...COLORED].map(
    (name) => [name, readable(name)] as const,
  );
  const tinted = accent && accent.level > 0;
  const primary = accent?.primary ?? grey('--accent');
  const values: Record<string, Rgb> = {
    ...surfaces,
    ...Object.fromEntries(texts),
    ...(tinted && { '--info': readable('--info', primary) }),
    '--focus': readable('--focus', tinted ? primary : grey('--focus'), 3),
    ...accented(primary),
    '--accent-text': readable('--accent-text', primary),
  };
  return {
    tint: tint ?? 0,
    values: {
      ...Object.fromEntries(Object.entries(values).map(([name, color]) => [name, hex(color)])),
      ...lines(shade, scheme),
    },
  };
}

/** A tint of 9 is as much colour as a grey can have and still be one; a step of shade is just noticeable. */
function greysOf(scheme: Scheme, { hue, tint, shade = 0 }: GrayscaleOptions): Record<string, Rgb> {
  const at = scheme === 'light' ? 0 : 1;
  const shift = -shade * 0.012;
  // The lighter a grey is, the sooner it looks like a colour.
  const tone = (lightness: number) =>
    toned(lightness, tint * 0.0035 * Math.min(1, (1 - lightness) * 10), hue);
  const [page] = [SURFACES['--surface']?.[at] as number];
  // White has no room for colour: a tinted page is a little less than white. What is mixed with it keeps its distance.
  const shifted = Math.min(page + shift, tint > 0 ? 0.992 : 1);
  const surfaces = Object.entries(SURFACES).map(([name, tones]) => [
    name,
    tone(Math.min(1, shifted + tones[at] - page)),
  ]);
  const inks = Object.entries(INKS).map(([name, tones]) => [name, tone(Math.min(1, tones[at] + shift))]);
  return Object.fromEntries([...surfaces, ...inks]);
}

function surfacesOn({ background, foreground }: Surface, extreme: Rgb, ink: Rgb): Record<string, Rgb> {
  const mixed = (part: number) => {
    const towardsText = mix(background, ink, part);
    return hasRoom(towardsText, extreme) ? towardsText : mix(background, opposite(extreme), part);
  };
  return {
    '--surface': background,
    '--surface-2': mixed(0.05),
    '--surface-3': mixed(0.1),
    '--elevated': foreground,
    '--bubble': mixed(0.06),
  };
}

/** Level 0 colours what one presses; 1 also what is chosen, tagged or focused; 2 and 3 also the user's messages. */
function bubble(surface: Rgb, { primary, level }: Accent, extreme: Rgb): Rgb {
  const part = { 0: 0, 1: 0, 2: 0.1, 3: 0.22 }[level];
  const parts = [part, part / 2, part / 4];
  const tinted = parts.map((each) => mix(surface, primary, each)).find((each) => hasRoom(each, extreme));
  return tinted ?? surface;
}

function accented(primary: Rgb): Record<string, Rgb> {
  const white = contrast(WHITE, primary) >= READABLE;
  const on = white ? WHITE : extremeOn(primary);
  const clearer = mix(primary, opposite(on), 0.14);
  // Black and white cannot become clearer.
  const hover = contrast(on, primary) > 12 ? mix(primary, on, 0.16) : clearer;
  return { '--accent': primary, '--on-accent': on, '--accent-hover': hover };
}

function lines(shade: Rgb, scheme: Scheme): Record<string, string> {
  const dark = scheme === 'dark';
  return {
    '--hover': faded(shade, dark ? 0.07 : 0.05),
    '--pressed': faded(shade, dark ? 0.12 : 0.09),
    '--border': faded(shade, dark ? 0.16 : 0.13),
    '--border-subtle': faded(shade, dark ? 0.09 : 0.075),
    '--border-strong': faded(shade, dark ? 0.28 : 0.23),
  };
}

/** As close to `color` as can be read on all of `under`, also where `own` of it is mixed in there. */
function fitted(color: Rgb, under: Rgb[], extreme: Rgb, least: number, own: number): Rgb {
  const fits = (candidate: Rgb) =>
    under.every(
      (each) => contrast(candidate, each) >= least && contrast(candidate, mix(each, candidate, own)) >= least,
    );
  if (fits(color)) return color;
  let [close, far] = [0, 1];
  for (let step = 0; step < 8; step++) {
    const middle = (close + far) / 2;
    if (fits(mix(color, extreme, middle))) far = middle;
    else close = middle;
  }
  return mix(color, extreme, far);
}

const hasRoom = (surface: Rgb, extreme: Rgb) => contrast(extreme, surface) >= ROOM;
const opposite = (extreme: Rgb) => (extreme === BLACK ? WHITE : BLACK);
const pick = (colors: Record<string, Rgb>, names: string[]): Record<string, Rgb> =>
  Object.fromEntries(names.map((name) => [name, colors[name] as Rgb]));
