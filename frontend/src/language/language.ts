/*
 * The texts of the frame, and how it writes dates, sizes and lists, in the language of the reader. English comes with
 * the frame and is what a language without words of ours falls back to; the others are loaded when they are asked for.
 *
 * In a component: `const text = useText()` and `text.composer.send`, or `useLanguage()` for the formats and the
 * direction. Elsewhere: `chat.language.value`. A new sentence goes into `en.ts`; the type checker then names every
 * language that still lacks it. Counts go through `counted`.
 */
import { createContext, useContext } from 'react';
import { wordlessConventionsOf } from './conventions';
import { en, type Text } from './en';
import { type Formats, formatsIn } from './formats';
import { calendarOf, localeFrom, wordsOf } from './locales';

export type { Text } from './en';

export type Language = Formats & {
  /** The BCP 47 tag that was asked for. */
  locale: string;
  /** A BCP 47 tag of the words, for `lang` and for what brings words of its own: "en-SE" where `locale` is "sv-SE". */
  tag: string;
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
  id: async () => (await import('./id')).id,
  it: async () => (await import('./it')).it,
  ja: async () => (await import('./ja')).ja,
  ko: async () => (await import('./ko')).ko,
  nl: async () => (await import('./nl')).nl,
  pl: async () => (await import('./pl')).pl,
  pt: async () => (await import('./pt')).pt,
  ru: async () => (await import('./ru')).ru,
  tr: async () => (await import('./tr')).tr,
  uk: async () => (await import('./uk')).uk,
  vi: async () => (await import('./vi')).vi,
  zh: async () => (await import('./zh')).zh,
  'zh-Hant': async () => (await import('./zh-hant')).zhHant,
};

/** The languages that have words of their own. */
export const LANGUAGES = Object.keys(loaders);
const RIGHT_TO_LEFT = new Set(['ar', 'he']);

export const english = spoken('en', en);

/**
 * The first of these that we have words for. Where that is none, or its words cannot be loaded, or where English is
 * only the second choice of a reader, the words are English, and numbers and dates are as in the first.
 */
export async function languageFor(asked: readonly string[]): Promise<Language> {
  const locales = asked.map(localeFrom).filter((locale) => locale !== '');
  const first = locales[0];
  if (!first) return english;
  const locale = withWords(locales);
  const words = locale && wordsOf(locale);
  const load = words && words !== 'en' && loaders[words];
  if (load) {
    try {
      return spoken(locale, await load());
    } catch {
      return inEnglish(locale);
    }
  }
  return inEnglish(first);
}

/** The locale of `languageFor`, before its words are loaded. */
export function localeFor(asked: readonly string[]): string {
  const locales = asked.map(localeFrom).filter((locale) => locale !== '');
  return withWords(locales) ?? locales[0] ?? english.locale;
}

const withWords = (locales: readonly string[]) => locales.find((one) => loaders[wordsOf(one)]);

function spoken(locale: string, text: Text): Language {
  const dir = RIGHT_TO_LEFT.has(wordsOf(locale)) ? 'rtl' : 'ltr';
  return { locale, tag: locale, dir, text, ...formatsIn(locale) };
}

function inEnglish(locale: string): Language {
  if (wordsOf(locale) === 'en') return spoken(locale, en);
  const { region } = new Intl.Locale(locale).maximize();
  const tag = new Intl.Locale('en', { region, calendar: calendarOf(locale) }).toString();
  return { locale, tag, dir: 'ltr', text: en, ...formatsIn('en', wordlessConventionsOf(locale)) };
}

/** For the requests of a chat: whose chat it is, and which words it has where these are not the same. */
export const acceptLanguageOf = ({ locale, tag }: Language) =>
  locale === tag ? locale : `${locale}, ${tag.replace(/-u-.*/, '')};q=0.5`;

export const LanguageContext = createContext(english);
export const useLanguage = () => useContext(LanguageContext);
export const useText = () => useLanguage().text;
