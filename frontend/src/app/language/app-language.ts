/*
 * The language of the page around the chat: the chat's own, which is that of its options or else of the browser. The
 * words stand in files of their own, so that a chat that is embedded elsewhere does not load them.
 */
import { createContext, useContext, useEffect, useState } from 'react';
import { english, type Language, languageFor, localeFor } from '../../language/language';
import { wordsOf } from '../../language/locales';
import { type AppText, en } from './en';

export type { AppText } from './en';
export type AppLanguage = Omit<Language, 'text'> & { text: AppText };

const loaders: Record<string, () => Promise<AppText>> = {
  ar: async () => (await import('./ar')).ar,
  de: async () => (await import('./de')).de,
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

export const APP_LANGUAGES = ['en', ...Object.keys(loaders)];

export const appEnglish: AppLanguage = { ...english, text: en };

/** The words for readers of these locales, the first that there are words for. */
export async function appLanguageFor(asked: readonly string[]): Promise<AppLanguage> {
  const language = await languageFor(asked);
  const load = loaders[wordsOf(language.tag)];
  try {
    return { ...language, text: load ? await load() : en };
  } catch {
    return { ...english, text: en };
  }
}

const asked = (locale: string | undefined) => (locale ? [locale] : navigator.languages);

/** The BCP 47 tag of the chat's language, before its words are loaded. */
export const askedLocale = (locale: string | undefined) => localeFor(asked(locale));

/** Null until the words are there: the page is then drawn once, and not in English first. */
export function useAppLanguage(locale: string | undefined): AppLanguage | null {
  const [language, setLanguage] = useState<AppLanguage | null>(() =>
    wordsOf(askedLocale(locale)) === 'en' ? appEnglish : null,
  );
  useEffect(() => {
    let isCurrent = true;
    void appLanguageFor(asked(locale)).then((found) => {
      if (isCurrent) setLanguage(found);
    });
    return () => {
      isCurrent = false;
    };
  }, [locale]);
  useEffect(() => {
    if (!language) return;
    document.documentElement.lang = language.tag;
    document.documentElement.dir = language.dir;
  }, [language]);
  return language;
}

export const AppLanguageContext = createContext(appEnglish);
export const useAppWords = () => useContext(AppLanguageContext);
export const useAppText = () => useAppWords().text;
