/** What ChatKit's size names mean, in pixels at the normal font size. */
import type { CSSProperties } from 'react';
import { named } from './read-props';

const rem = (pixels: number) => `${pixels / 16}rem`;

type ControlSize = { height: number; gutter: number; font: number; radius: number; icon: number };

const controls: Record<string, ControlSize> = {
  '3xs': { height: 22, gutter: 6, font: 12, radius: 5, icon: 12 },
  '2xs': { height: 24, gutter: 7, font: 12, radius: 6, icon: 13 },
  xs: { height: 26, gutter: 8, font: 12, radius: 6, icon: 14 },
  sm: { height: 28, gutter: 10, font: 13, radius: 7, icon: 15 },
  md: { height: 32, gutter: 12, font: 14, radius: 8, icon: 16 },
  lg: { height: 36, gutter: 14, font: 14, radius: 9, icon: 17 },
  xl: { height: 40, gutter: 15, font: 15, radius: 10, icon: 18 },
  '2xl': { height: 44, gutter: 16, font: 16, radius: 11, icon: 19 },
  '3xl': { height: 48, gutter: 18, font: 16, radius: 12, icon: 20 },
};
const gutters: Record<string, number> = { '2xs': 6, xs: 8, sm: 10, md: 12, lg: 16, xl: 20 };

export const controlSize = (name: unknown): ControlSize =>
  named(controls, name) ?? (controls.lg as ControlSize);

/** A control's measures as variables, which its style sheet reads. */
export function controlStyle(size: unknown, gutter?: unknown): CSSProperties {
  const { height, gutter: usual, font, radius } = controlSize(size);
  return {
    '--size': rem(height),
    '--gutter': rem(named(gutters, gutter) ?? usual),
    '--font-of-control': rem(font),
    '--corner': rem(radius),
  } as CSSProperties;
}

const icons: Record<string, number> = { xs: 12, sm: 14, md: 16, lg: 18, xl: 20, '2xl': 24, '3xl': 32 };
export const iconSize = (name: unknown, otherwise = 16) => named(icons, name) ?? otherwise;

const fonts: Record<'Text' | 'Title' | 'Caption', Record<string, number>> = {
  Text: { xs: 12, sm: 14, md: 15, lg: 17, xl: 19 },
  // "xs" is a word of the first documentation.
  Title: { xs: 14, sm: 16, md: 18, lg: 20, xl: 24, '2xl': 28, '3xl': 32, '4xl': 40, '5xl': 48 },
  Caption: { sm: 12, md: 13, lg: 14 },
};
export const fontSize = (kind: keyof typeof fonts, name: unknown) =>
  rem(named(fonts[kind], name) ?? (fonts[kind].md as number));

const columns: Record<string, number> = { xs: 48, sm: 80, md: 128, lg: 192, xl: 272 };
/** How wide a column of a table is at least. */
export const columnSize = (name: unknown) => {
  const pixels = named(columns, name);
  return pixels === undefined ? undefined : rem(pixels);
};

const cards: Record<string, number> = { sm: 360, md: 440, lg: 560 };
export const cardWidth = (name: unknown) =>
  name === 'full' ? '100%' : rem(named(cards, name) ?? (cards.md as number));
