/** ChatKit's lengths, colours and corners as CSS. A prop's numbers are either spacing units (4 px) or pixels. */
import type { CSSProperties } from 'react';
import { asNumber, isObject, named, oneOf } from './read-props';

export type Props = Record<string, unknown>;

/*
 * What fetches would let a widget call home, so no function that takes an address gets through; a backslash could
 * spell one in disguise.
 */
const CALLS_HOME = /\\|\b(url|src|image|image-set|cross-fade|element|paint|attr)\s*\(/i;
const css = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length < 300 && !CALLS_HOME.test(value)
    ? value
    : undefined;

export const px = (value: unknown) => (asNumber(value) === undefined ? css(value) : `${value}px`);
export const unit = (value: unknown) =>
  asNumber(value) === undefined ? css(value) : `${Number(value) * 4}px`;
const plain = (value: unknown) => (asNumber(value) === undefined ? css(value) : `${value}`);

type Sides = { top?: string; right?: string; bottom?: string; left?: string };

export function sidesOf(value: unknown): Sides {
  if (!isObject(value)) {
    const all = unit(value);
    return { top: all, right: all, bottom: all, left: all };
  }
  const { top, right, bottom, left, x, y } = value;
  return { top: unit(top ?? y), right: unit(right ?? x), bottom: unit(bottom ?? y), left: unit(left ?? x) };
}

export function margin(value: unknown): CSSProperties {
  const { top, right, bottom, left } = sidesOf(value);
  return defined({ marginTop: top, marginRight: right, marginBottom: bottom, marginLeft: left });
}

/** Also kept in variables, so that what is "flush" knows how far the edge is. */
export function padding(value: unknown): CSSProperties {
  const { top, right, bottom, left } = sidesOf(value);
  return defined({
    paddingTop: top,
    paddingRight: right,
    paddingBottom: bottom,
    paddingLeft: left,
    '--pad-top': top,
    '--pad-right': right,
    '--pad-bottom': bottom,
    '--pad-left': left,
  } as CSSProperties);
}

const radii: Record<string, string> = {
  none: '0',
  '2xs': '2px',
  xs: '4px',
  sm: '6px',
  md: '8px',
  lg: '10px',
  xl: '12px',
  '2xl': '16px',
  '3xl': '20px',
  '4xl': '24px',
  full: '9999px',
  '100%': '100%',
};
export const radius = (value: unknown) => named(radii, value);

type Family = 'text' | 'surface' | 'border' | 'chart';
const tokens: Record<Family, Record<string, string>> = {
  text: {
    prose: 'var(--text)',
    primary: 'var(--text)',
    emphasis: 'var(--text-strong)',
    secondary: 'var(--text-2)',
    tertiary: 'var(--text-3)',
    success: 'var(--success)',
    warning: 'var(--warning)',
    danger: 'var(--danger)',
  },
  surface: {
    surface: 'var(--surface)',
    'surface-secondary': 'var(--surface-2)',
    'surface-tertiary': 'var(--surface-3)',
    'surface-elevated': 'var(--elevated)',
    'surface-elevated-secondary': 'var(--surface-2)',
  },
  border: { default: 'var(--border)', subtle: 'var(--border-subtle)', strong: 'var(--border-strong)' },
  chart: {
    blue: 'light-dark(#2f6fed, #6ea1ff)',
    purple: 'light-dark(#7c4dda, #b191ff)',
    orange: 'light-dark(#d9641a, #ff9d5c)',
    green: 'light-dark(#1c8f56, #4fcb8d)',
    red: 'light-dark(#d03a34, #ff837c)',
    yellow: 'light-dark(#b98a00, #f3cb4f)',
    pink: 'light-dark(#cf3d8f, #ff8cc8)',
  },
};
/** The colours that series of a chart get by themselves, in ChatKit's order. */
export const seriesColors = Object.values(tokens.chart);

/** Hue, chroma and middle lightness of the primitive colours (`red-500`); the step moves the lightness. */
const hues: Record<string, [hue: number, chroma: number, middle: number]> = {
  gray: [260, 0.008, 0.6],
  red: [25, 0.2, 0.62],
  orange: [52, 0.17, 0.7],
  yellow: [92, 0.16, 0.82],
  green: [152, 0.16, 0.65],
  blue: [258, 0.2, 0.6],
  purple: [298, 0.2, 0.58],
  pink: [352, 0.2, 0.65],
};
const LIGHTEST = 0.985;
const DARKEST = 0.18;

function primitive(value: string): string | undefined {
  const [, name = '', digits] = /^([a-z]+)-(\d{1,4})$/.exec(value) ?? [];
  const step = Math.min(Number(digits ?? Number.NaN), 1000);
  if (Number.isNaN(step)) return undefined;
  if (name === 'alpha') return `color-mix(in srgb, var(--text-strong) ${Math.min(step, 100)}%, transparent)`;
  const hue = named(hues, name);
  if (!hue) return undefined;
  const [angle, chroma, middle] = hue;
  const at = (step: number) => {
    const lightness =
      step <= 500
        ? LIGHTEST + ((middle - LIGHTEST) * step) / 500
        : middle + ((DARKEST - middle) * (step - 500)) / 500;
    const strength = chroma * Math.min(1, step / 400, (1100 - step) / 400);
    return `oklch(${lightness.toFixed(3)} ${strength.toFixed(3)} ${angle})`;
  };
  // OpenAI's greys turn around in the dark, so that `gray-900` is a text colour there, too; its hues stay.
  return name === 'gray' ? `light-dark(${at(step)}, ${at(1000 - step)})` : at(step);
}

export function color(value: unknown, family: Family): string | undefined {
  if (isObject(value)) {
    const [day, night] = [color(value.light, family), color(value.dark, family)];
    return day && night ? `light-dark(${day}, ${night})` : (day ?? night);
  }
  const safe = css(value);
  return safe && (named(tokens[family], safe) ?? primitive(safe) ?? safe);
}

const lines = ['solid', 'dashed', 'dotted', 'double', 'groove', 'ridge', 'inset', 'outset'] as const;

function edge(value: unknown): string | undefined {
  if (asNumber(value) !== undefined) return `${value}px solid var(--border)`;
  if (!isObject(value)) return undefined;
  const size = px(value.size) ?? '1px';
  return `${size} ${oneOf(value.style, lines) ?? 'solid'} ${color(value.color, 'border') ?? 'var(--border)'}`;
}

const isEdge = (value: Props) => 'size' in value || 'color' in value || 'style' in value;

export function border(value: unknown): CSSProperties {
  const whole = asNumber(value) !== undefined || (isObject(value) && isEdge(value));
  if (!whole && !isObject(value)) return {};
  const { top, right, bottom, left, x, y } = (whole ? { x: value, y: value } : value) as Props;
  return defined({
    borderTop: edge(top ?? y),
    borderRight: edge(right ?? x),
    borderBottom: edge(bottom ?? y),
    borderLeft: edge(left ?? x),
  });
}

/** Only what clips can show round corners of its children. */
export function block(props: Props): CSSProperties {
  return defined({
    width: px(props.width ?? props.size),
    height: px(props.height ?? props.size),
    minWidth: px(props.minWidth ?? props.minSize),
    minHeight: px(props.minHeight ?? props.minSize),
    maxWidth: px(props.maxWidth ?? props.maxSize),
    maxHeight: px(props.maxHeight ?? props.maxSize),
    aspectRatio: plain(props.aspectRatio),
    borderRadius: radius(props.radius),
    flex: plain(props.flex),
    background: color(props.background, 'surface'),
    ...margin(props.margin),
  });
}

const alignments = {
  start: 'flex-start',
  center: 'center',
  end: 'flex-end',
  baseline: 'baseline',
  stretch: 'stretch',
};
const justifications = {
  ...alignments,
  between: 'space-between',
  around: 'space-around',
  evenly: 'space-evenly',
};

export const alignItems = (value: unknown) => named(alignments, value);

export function flex(props: Props, direction: 'row' | 'column'): CSSProperties {
  return defined({
    flexDirection: direction,
    alignItems: alignItems(props.align),
    justifyContent: named(justifications, props.justify),
    flexWrap: oneOf(props.wrap, ['nowrap', 'wrap', 'wrap-reverse']),
    gap: unit(props.gap),
    ...padding(props.padding),
    ...border(props.border),
  });
}

/** Undefined entries are left out, so a later spread cannot wipe what an earlier one set. */
export function defined<T extends object>(style: T): T {
  return Object.fromEntries(Object.entries(style).filter(([, value]) => value !== undefined)) as T;
}
