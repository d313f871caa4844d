/** ChatKit's sizes, colours and corners as CSS. Numbers are spacing units (4 px) or pixels, as the node's prop says. */
import type { CSSProperties } from 'react';

export type Props = Record<string, unknown>;

const number = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const text = (value: unknown): value is string => typeof value === 'string' && value !== '';

export const px = (value: unknown) => (number(value) ? `${value}px` : text(value) ? value : undefined);
export const unit = (value: unknown) => (number(value) ? `${value * 4}px` : text(value) ? value : undefined);

export function sides(name: 'padding' | 'margin', value: unknown): CSSProperties {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object') return { [name]: unit(value) };
  const { top, right, bottom, left, x, y } = value as Props;
  return defined({
    [`${name}Top`]: unit(top ?? y),
    [`${name}Bottom`]: unit(bottom ?? y),
    [`${name}Left`]: unit(left ?? x),
    [`${name}Right`]: unit(right ?? x),
  });
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
export const radius = (value: unknown) => (text(value) ? radii[value] : undefined);

type Family = 'text' | 'surface' | 'border';
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
};

/** Hue and chroma of the primitive colours (`red-500`); the step decides the lightness. */
const hues: Record<string, [hue: number, chroma: number]> = {
  gray: [260, 0.01],
  red: [25, 0.2],
  orange: [50, 0.18],
  yellow: [90, 0.16],
  green: [150, 0.17],
  blue: [255, 0.19],
  purple: [300, 0.2],
  pink: [350, 0.2],
};

function primitive(value: string): string | undefined {
  const [, name = '', step] = /^([a-z]+)-(\d{2,4})$/.exec(value) ?? [];
  const hue = hues[name];
  if (!hue || !step) return undefined;
  const lightness = 0.985 - (Math.min(Number(step), 1000) / 1000) * 0.8;
  const chroma = hue[1] * Math.min(1, Number(step) / 400);
  return `oklch(${lightness.toFixed(3)} ${chroma.toFixed(3)} ${hue[0]})`;
}

export function color(value: unknown, family: Family): string | undefined {
  if (value && typeof value === 'object') {
    const { light, dark } = value as Props;
    const [day, night] = [color(light, family), color(dark, family)];
    return day && night ? `light-dark(${day}, ${night})` : (day ?? night);
  }
  // A colour that names an address would let a widget call home.
  if (!text(value) || /(url|image|image-set)\s*\(/i.test(value)) return undefined;
  return tokens[family][value] ?? primitive(value) ?? value;
}

function edge(value: unknown): string | undefined {
  if (number(value)) return value > 0 ? `${value}px solid var(--border)` : undefined;
  if (!value || typeof value !== 'object') return undefined;
  const { size, color: ink, style } = value as Props;
  return `${px(size) ?? '1px'} ${text(style) ? style : 'solid'} ${color(ink, 'border') ?? 'var(--border)'}`;
}

export function border(value: unknown): CSSProperties {
  if (value === undefined || value === null) return {};
  if (typeof value === 'number' || 'size' in (value as object)) return defined({ border: edge(value) });
  const { top, right, bottom, left, x, y } = value as Props;
  return defined({
    borderTop: edge(top ?? y),
    borderBottom: edge(bottom ?? y),
    borderLeft: edge(left ?? x),
    borderRight: edge(right ?? x),
  });
}

export function block(props: Props): CSSProperties {
  return defined({
    width: px(props.width ?? props.size),
    height: px(props.height ?? props.size),
    minWidth: px(props.minWidth ?? props.minSize),
    minHeight: px(props.minHeight ?? props.minSize),
    maxWidth: px(props.maxWidth ?? props.maxSize),
    maxHeight: px(props.maxHeight ?? props.maxSize),
    aspectRatio: number(props.aspectRatio) || text(props.aspectRatio) ? `${props.aspectRatio}` : undefined,
    borderRadius: radius(props.radius),
    flex: number(props.flex) || text(props.flex) ? `${props.flex}` : undefined,
    background: color(props.background, 'surface'),
    ...sides('margin', props.margin),
  });
}

const align: Record<string, string> = { start: 'flex-start', end: 'flex-end' };
const justify: Record<string, string> = {
  ...align,
  between: 'space-between',
  around: 'space-around',
  evenly: 'space-evenly',
};
const named = (names: Record<string, string>, value: unknown) =>
  text(value) ? (names[value] ?? value) : undefined;

export function flex(props: Props, direction: 'row' | 'column'): CSSProperties {
  return defined({
    display: 'flex',
    flexDirection: direction,
    alignItems: named(align, props.align),
    justifyContent: named(justify, props.justify),
    flexWrap: text(props.wrap) ? (props.wrap as CSSProperties['flexWrap']) : undefined,
    gap: unit(props.gap),
    ...sides('padding', props.padding),
    ...border(props.border),
  });
}

/** Undefined entries are left out, so a later spread cannot wipe what an earlier one set. */
export function defined<T extends object>(style: T): T {
  return Object.fromEntries(Object.entries(style).filter(([, value]) => value !== undefined)) as T;
}
