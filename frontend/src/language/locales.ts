/** Language tags, as pages and browsers write them. */

/** A tag in the spelling of BCP 47, also of "pt_BR" and "ZH-hant-hk"; nothing of what is none. */
export function localeFrom(asked: string): string {
  try {
    return new Intl.Locale(asked.replaceAll('_', '-')).toString();
  } catch {
    return '';
  }
}

/** The name of the words that a reader of this locale reads: "de" of "de-AT", "zh-Hant" of "zh-TW". */
export function wordsOf(locale: string): string {
  const known = localeFrom(locale);
  if (!known) return '';
  const { language, script } = new Intl.Locale(known).maximize();
  // Cantonese is read as the Chinese of its script.
  if (language === 'zh' || language === 'yue') return script === 'Hant' ? 'zh-Hant' : 'zh';
  return language;
}

/** The calendar of a locale, unless it is the Gregorian one. */
export function calendarOf(locale: string): string | undefined {
  const { calendar } = new Intl.DateTimeFormat(locale).resolvedOptions();
  return calendar === 'gregory' ? undefined : calendar;
}
