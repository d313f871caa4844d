/*
 * The texts of the frame, and how it writes dates, sizes and lists, in the language of the reader. English comes with
 * the frame and is what a language without words of ours falls back to; the others are loaded when they are asked for.
 *
 * In a component: `const text = useText()` and `text.composer.send`, or `useLanguage()` for the formats and the
 * direction. Elsewhere: `chat.language.value`. A new sentence goes into `en.ts`; the type checker then names every
 * language that still lacks it. Counts go through `counted`.
 */
import { createContext, useContext } from 'react';
import { en, type Text } from './en';
import { type Formats, formatsIn } from './formats';

export type { Text } from './en';

export type Language = Formats & {
  /** A BCP 47 tag, for `lang` and for Intl. */
  locale: string;
  dir: 'ltr' | 'rtl';
  text: Text;
};

const loaders: Record<string, () => Promise<Text>> = {
  ar: async () => (await import('./ar')).ar,
  de: async () => (await import('./de')).de,
  en: async () => en,
  es: async () => (await import('./es')).es,
  fr: async () => (await import('./fr')).fr,
  he: async () => (await import('./he')).he,
  ja: async () => (await import('./ja')).ja,
  zh: async () => (await import('./zh')).zh,
};

/** The languages that have words of their own. */
export const LANGUAGES = Object.keys(loaders);
const RIGHT_TO_LEFT = new Set(['ar', 'he']);

export const english = languageOf('en', en);

/** The first of these that we have words for; English when there is none, or when its words cannot be loaded. */
export async function languageFor(asked: readonly string[]): Promise<Language> {
  const locale = asked.find((one) => loaders[baseOf(one)]);
  const load = locale && loaders[baseOf(locale)];
  if (!load) return english;
  try {
    return languageOf(locale, await load());
  } catch {
    return english;
  }
}

function languageOf(locale: string, text: Text): Language {
  return { locale, dir: RIGHT_TO_LEFT.has(baseOf(locale)) ? 'rtl' : 'ltr', text, ...formatsIn(locale) };
}

/** "de" of "de-AT"; nothing of what is no language tag. */
export function baseOf(locale: string): string {
  try {
    return new Intl.Locale(locale).language;
  } catch {
    return '';
  }
}

export const LanguageContext = createContext(english);
export const useLanguage = () => useContext(LanguageContext);
export const useText = () => useLanguage().text;
