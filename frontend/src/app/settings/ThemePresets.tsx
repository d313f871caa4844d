import type { CSSProperties } from 'react';
import { type AppText, useAppText } from '../language/app-language';

type Preset = {
  name: keyof AppText['settings']['preset'];
  theme: object | undefined;
  swatch: [surface: string, accent: string];
};

/** Themes to begin with. Each leaves the scheme to the reader: greys follow it, and surfaces are not set. */
const presets: Preset[] = [
  { name: 'plain', theme: undefined, swatch: ['#f4f4f5', '#171717'] },
  {
    name: 'ocean',
    theme: {
      radius: 'pill',
      color: { accent: { primary: '#1673d1', level: 2 }, grayscale: { hue: 215, tint: 6 } },
    },
    swatch: ['#e6eefa', '#1673d1'],
  },
  {
    name: 'forest',
    theme: {
      radius: 'round',
      color: { accent: { primary: '#2c7a4b', level: 2 }, grayscale: { hue: 140, tint: 5 } },
    },
    swatch: ['#e4f0e8', '#2c7a4b'],
  },
  {
    name: 'paper',
    theme: {
      radius: 'soft',
      density: 'spacious',
      typography: { fontFamily: 'Georgia, serif', baseSize: 17 },
      color: { accent: { primary: '#9a4a1f', level: 1 }, grayscale: { hue: 40, tint: 8 } },
    },
    swatch: ['#f5efe2', '#9a4a1f'],
  },
  {
    name: 'terminal',
    theme: {
      radius: 'sharp',
      density: 'compact',
      typography: { fontFamily: 'ui-monospace, monospace', baseSize: 14 },
      color: { accent: { primary: '#0f7b6c', level: 1 }, grayscale: { hue: 160, tint: 2 } },
    },
    swatch: ['#e9efed', '#0f7b6c'],
  },
];

type Props = { chosen: unknown; onChoose: (theme: object | undefined) => void };

export function ThemePresets({ chosen, onChoose }: Props) {
  const { settings } = useAppText();
  const now = JSON.stringify(chosen);
  return (
    <fieldset className="presets">
      <legend className="field-label">{settings.presets}</legend>
      {presets.map(({ name, theme, swatch: [surface, accent] }) => (
        <button
          key={name}
          type="button"
          aria-pressed={JSON.stringify(theme) === now}
          style={{ '--preset-surface': surface, '--preset-accent': accent } as CSSProperties}
          onClick={() => onChoose(theme)}
        >
          <span className="swatch" aria-hidden />
          {settings.preset[name]}
        </button>
      ))}
    </fieldset>
  );
}
