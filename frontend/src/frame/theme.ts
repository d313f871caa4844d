/*
 * The theme of the host page, as values for the variables of `tokens.css`. What the page leaves out keeps the value
 * it has there; what it gives is where the others are derived from (theme/palette.ts), so that one colour never
 * stands alone. Whether text is dark or light follows from the surface, whatever the scheme is called.
 */
import type { ChatKitOptions, FontObject, ThemeOption } from '@openai/chatkit';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { PALETTE } from './theme/palette';
import { themeColors } from './theme/theme-colors';

type Values = Record<string, string | undefined>;

const corners = { pill: '1.5rem', round: '1rem', soft: '0.625rem', sharp: '0.25rem' };
/** Buttons and other small things. */
const smallCorners = { pill: '99px', round: '99px', soft: '0.5rem', sharp: '0.25rem' };
const densities = { compact: '0.75', normal: '1', spacious: '1.3' };

export function useTheme(theme: ChatKitOptions['theme'], base: string) {
  const sources = JSON.stringify(optionOf(theme).typography?.fontSources ?? []);
  const colors = useRef<ReturnType<typeof themeColors>>(null);

  useLayoutEffect(() => {
    const option = optionOf(theme);
    const root = document.documentElement;
    colors.current ??= themeColors();
    const { scheme, foreground, values } = colors.current(option);
    // A change is one step: else buttons fade from the former colours, also from those of no theme at the start.
    root.dataset.still = '';
    root.dataset.theme = scheme;
    if (foreground === scheme) delete root.dataset.foreground;
    else root.dataset.foreground = foreground;
    for (const [name, value] of Object.entries({ ...none, ...values, ...shapesOf(option) })) {
      if (value) root.style.setProperty(name, value);
      else root.style.removeProperty(name);
    }
    // Everything is measured in rem.
    root.style.fontSize = option.typography?.baseSize ? `${option.typography.baseSize}px` : '';
    document.body.getBoundingClientRect(); // takes the new values
    delete root.dataset.still;
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

const shapesOf = ({ radius, density, typography }: ThemeOption): Values => ({
  '--radius': radius && corners[radius],
  '--radius-small': radius && smallCorners[radius],
  '--density': density && densities[density],
  '--font': typography?.fontFamily,
  '--font-mono': typography?.fontFamilyMono,
});

/** Every variable that colours may set, so that a theme that no longer does gives its own value back. */
const none: Values = Object.fromEntries([...PALETTE, '--tint'].map((name) => [name, undefined]));
