import type { ChatKitOptions } from '@openai/chatkit';
import { useLayoutEffect } from 'react';

const corners = { pill: '1.5rem', round: '1rem', soft: '0.625rem', sharp: '0.25rem' };
const densities = { compact: '0.85', normal: '1', spacious: '1.15' };

export function useTheme(theme: ChatKitOptions['theme']) {
  useLayoutEffect(() => {
    const root = document.documentElement;
    const option = typeof theme === 'string' ? { colorScheme: theme } : (theme ?? {});
    const { typography, color } = option;
    root.dataset.theme = option.colorScheme === 'dark' ? 'dark' : 'light';
    const values: Record<string, string | undefined> = {
      '--radius': option.radius && corners[option.radius],
      '--density': option.density && densities[option.density],
      '--font': typography?.fontFamily,
      '--font-mono': typography?.fontFamilyMono,
      '--font-size': typography?.baseSize && `${typography.baseSize}px`,
      '--accent': color?.accent?.primary,
      '--surface': color?.surface?.background,
      '--text': color?.surface?.foreground,
    };
    for (const [name, value] of Object.entries(values)) {
      if (value) root.style.setProperty(name, value);
      else root.style.removeProperty(name);
    }
  }, [theme]);
}
