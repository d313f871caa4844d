/** Colours as numbers: how they mix, and how well one can be read on another (WCAG 2.2). */

/** Red, green and blue in sRGB, from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

export const BLACK: Rgb = [0, 0, 0];
export const WHITE: Rgb = [255, 255, 255];

export const hex = (color: Rgb) =>
  `#${color.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

export const faded = ([red, green, blue]: Rgb, alpha: number) =>
  `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)} / ${(alpha * 100).toFixed(1)}%)`;

/** `part` of `other` in `color`, from 0 to 1. */
export const mix = (color: Rgb, other: Rgb, part: number): Rgb =>
  [0, 1, 2].map((at) => {
    const [from, to] = [color[at] as number, other[at] as number];
    return from + (to - from) * part;
  }) as unknown as Rgb;

/** From 1 for equal colours to 21 for black and white. */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Black or white, whichever can be read better on it; that is always 4.5 or more. */
export const extremeOn = (color: Rgb): Rgb =>
  contrast(WHITE, color) >= contrast(BLACK, color) ? WHITE : BLACK;

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map(linear) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(part: number): number {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

const encoded = (share: number) =>
  255 * (share <= 0.0031308 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055);

/**
 * Lightness and chroma as in CSS oklch(), in which equal steps look equal; `hue` as on the colour wheel of hsl(),
 * where 0 is red, 120 green and 240 blue. Has as much of the chroma as a screen can show.
 */
export function toned(lightness: number, chroma: number, hue: number): Rgb {
  const angle = oklabAngle(hue);
  for (let left = chroma; left > 0.0005; left *= 0.9) {
    const color = fromOklab(lightness, left * Math.cos(angle), left * Math.sin(angle));
    if (color.every((part) => part >= -0.5 && part <= 255.5)) return clamped(color);
  }
  return clamped(fromOklab(lightness, 0, 0));
}

const clamped = (color: Rgb): Rgb => color.map((part) => Math.min(255, Math.max(0, part))) as unknown as Rgb;

function oklabAngle(hue: number): number {
  const wheel = (offset: number) => {
    const at = (offset + hue / 30) % 12;
    return linear(255 * (0.5 - 0.5 * Math.max(-1, Math.min(at - 3, 9 - at, 1))));
  };
  const [red, green, blue] = [wheel(0), wheel(8), wheel(4)];
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return Math.atan2(
    0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
  );
}

function fromOklab(lightness: number, a: number, b: number): Rgb {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encoded(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    encoded(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    encoded(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}
