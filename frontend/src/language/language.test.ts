import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { acceptLanguageOf, LANGUAGES, languageFor } from './language';
import { localeFrom } from './locales';

const TYPES = new URL('../../node_modules/@openai/chatkit/types/index.d.ts', import.meta.url);
const MOMENT = new Date(2026, 2, 1, 14, 5);

/** The locales that the official element names, from its types. */
function localesOfTheTypes(): string[] {
  const types = readFileSync(TYPES, 'utf8');
  const named = types.slice(types.indexOf('type TranslatedLocale'));
  const union = named.slice(0, named.indexOf(';', named.indexOf('type SupportedLocale')));
  return Array.from(union.matchAll(/'([\w-]+)'/g), ([, locale = '']) => locale);
}

/** "sv" of "sv-SE", and the two kinds of Chinese: what the locales of the types are about. */
const wordsExpected = (locale: string) => {
  if (/^zh-(TW|HK|Hant)/.test(locale)) return 'zh-Hant';
  const language = locale.slice(0, 2);
  return LANGUAGES.includes(language) ? language : 'en';
};

test('the first language that there are words for is spoken, in its own region', async () => {
  expect(await languageFor(['xx', 'not a tag!', 'de-AT', 'fr'])).toMatchObject({
    locale: 'de-AT',
    dir: 'ltr',
  });
  expect(await languageFor(['he'])).toMatchObject({ locale: 'he', dir: 'rtl' });
  expect(await languageFor([])).toMatchObject({ locale: 'en' });
});

test('every locale of the types is spoken, or is English with its own numbers and dates', async () => {
  const locales = localesOfTheTypes();
  expect(locales.length).toBeGreaterThan(110);
  const greetings = new Map<string, string>();
  for (const words of LANGUAGES) greetings.set(words, (await languageFor([words])).text.start.greeting);
  expect(new Set(greetings.values()).size).toBe(19);
  for (const locale of locales) {
    const language = await languageFor([locale]);
    const words = wordsExpected(locale);
    expect([locale, language.text.start.greeting]).toEqual([locale, greetings.get(words)]);
    expect([locale, language.locale, language.dir]).toEqual([
      locale,
      Intl.getCanonicalLocales(locale)[0],
      words === 'ar' ? 'rtl' : 'ltr',
    ]);
    expect(language.number(1234567.5)).toBe(new Intl.NumberFormat(locale).format(1234567.5));
    if (words !== 'en' || locale === 'en') continue;
    const written = [
      language.day(MOMENT.toISOString(), MOMENT),
      language.day(MOMENT.toISOString(), new Date(2027, 0, 1)),
      language.date('2026-03-01'),
      language.size(900),
      language.size(1536),
      language.soon(20),
      language.duration(125),
      language.compact(1234),
      language.anyOf(['1', '2', '3']),
    ].join(' ');
    expect(written.match(/\p{L}+/gu)?.filter((word) => !ENGLISH.has(word)) ?? [], locale).toEqual([]);
  }
});
const ENGLISH = new Set(['Today', 'AM', 'PM', 'bytes', 'kB', 'in', 'seconds', 'min', 'sec', 'K', 'or']);

test('English words take the numbers and dates of a locale that has no words', async () => {
  const written = async (locale: string) => {
    const { tag, day, date, size, soon, duration, compact } = await languageFor([locale]);
    const spaced = [
      tag,
      day(MOMENT.toISOString(), MOMENT),
      day(MOMENT.toISOString(), new Date(2027, 0, 1)),
      date('2026-03-01'),
      size(1536),
      soon(20),
      duration(8),
      compact(1234),
    ];
    return spaced.map((one) => one.replace(/[\u00a0\u202f]/g, ' '));
  };
  const words = ['in 20 seconds', '8 seconds'];
  expect(await written('sv-SE')).toEqual([
    'en-SE',
    'Today, 14:05',
    '2026-03-01',
    '2026-03-01',
    '1,5 kB',
    ...words,
    '1,2K',
  ]);
  expect(await written('da')).toEqual([
    'en-DK',
    'Today, 14.05',
    '1.3.2026',
    '1.3.2026',
    '1,5 kB',
    ...words,
    '1,2K',
  ]);
  expect(await written('el-GR')).toEqual([
    'en-GR',
    'Today, 02:05 PM',
    '1/3/2026',
    '1/3/2026',
    '1,5 kB',
    ...words,
    '1,2K',
  ]);
  expect(await written('th')).toEqual([
    'en-TH-u-ca-buddhist',
    'Today, 14:05',
    '1/3/2569',
    '1/3/2569',
    '1.5 kB',
    ...words,
    '1.2K',
  ]);
  expect(await written('bn-BD')).toEqual([
    'en-BD',
    'Today, ০২:০৫ PM',
    '১/৩/২০২৬',
    '১/৩/২০২৬',
    '১.৫ kB',
    'in ২০ seconds',
    '৮ seconds',
    '১.২K',
  ]);
  expect((await written('fa-IR'))[2]).toBe('۱۴۰۴/۱۲/۱۰');
  expect((await written('bg'))[2]).toBe('1.03.2026');
});

test.each([
  ['pt_BR', 'pt-BR', 'Como posso'],
  ['PT-pt', 'pt-PT', 'Como posso'],
  ['zh-hant-HK', 'zh-Hant-HK', '今天有什麼'],
  ['zh_TW', 'zh-TW', '今天有什麼'],
  ['zh-MO', 'zh-MO', '今天有什麼'],
  ['zh-Hans-HK', 'zh-Hans-HK', '今天有什么'],
  ['zh-US', 'zh-US', '今天有什麼'],
  ['yue', 'yue', '今天有什麼'],
  ['zh-SG', 'zh-SG', '今天有什么'],
  ['ZH', 'zh', '今天有什么'],
  ['iw', 'he', 'איך אפשר'],
  ['in-ID', 'id-ID', 'Ada yang'],
  ['uk-Cyrl-UA', 'uk-Cyrl-UA', 'Чим я'],
  ['fa', 'fa', 'What can'],
])('%s is read as %s', async (asked, locale, greeting) => {
  const language = await languageFor([asked]);
  expect(language.locale).toBe(locale);
  expect(language.text.start.greeting).toContain(greeting);
});

test('of the languages of a browser the first that there are words for is spoken', async () => {
  const spoken = async (...languages: string[]) => {
    const { locale, text } = await languageFor(languages);
    return [locale, text.history.title];
  };
  expect(await spoken('zh-TW', 'zh', 'en-US', 'en')).toEqual(['zh-TW', '歷程記錄']);
  expect(await spoken('zh-HK', 'zh-CN')).toEqual(['zh-HK', '歷程記錄']);
  expect(await spoken('zh-CN', 'zh-TW')).toEqual(['zh-CN', '历史记录']);
  expect(await spoken('sv-SE', 'sv', 'nl', 'en')).toEqual(['nl', 'Geschiedenis']);
  expect(await spoken('sv-SE', 'sv', 'en-US', 'en', 'de')).toEqual(['sv-SE', 'History']);
  expect(await spoken('en-GB', 'de')).toEqual(['en-GB', 'History']);
});

test('requests ask for the locale of the chat, and for its words where these are other ones', async () => {
  const header = async (locale: string) => acceptLanguageOf(await languageFor([locale]));
  expect(await header('zh_HK')).toBe('zh-HK');
  expect(await header('en-GB')).toBe('en-GB');
  expect(await header('sv-SE')).toBe('sv-SE, en-SE;q=0.5');
  expect(await header('th')).toBe('th, en-TH;q=0.5');
  expect(await header('nothing at all')).toBe('en');
});

test('a tag in another spelling is the same tag', () => {
  expect(['pt_BR', 'zh-hant-tw', 'DE', 'de-at'].map(localeFrom)).toEqual([
    'pt-BR',
    'zh-Hant-TW',
    'de',
    'de-AT',
  ]);
  expect(['', 'not a tag', 'en-', '_'].map(localeFrom)).toEqual(['', '', '', '']);
});

test.each(LANGUAGES)('every sentence in %s keeps what it is made around', async (locale) => {
  const { text } = await languageFor([locale]);
  const given = [17, 25, 31];
  for (const sentence of Object.values(text).flatMap((area) => Object.values<unknown>(area))) {
    if (typeof sentence !== 'function') continue;
    const sentenceText = String(sentence(...given));
    for (const part of given.slice(0, sentence.length)) expect(sentenceText).toContain(`${part}`);
  }
});

test('a chat is dated as short as it can be', async () => {
  const now = new Date(2026, 10, 22, 12);
  const dates = async (locale: string) => {
    const { day } = await languageFor([locale]);
    const at = (...parts: [number, number, number, number, number]) =>
      day(new Date(...parts).toISOString(), now);
    return [
      at(2026, 10, 22, 9, 5),
      at(2026, 10, 21, 23, 0),
      at(2026, 2, 1, 9, 0),
      at(2025, 2, 1, 9, 0),
      day('x', now),
    ];
  };
  expect(await dates('en-GB')).toEqual(['Today, 09:05', 'Yesterday', '1 Mar', '1 Mar 2025', '']);
  expect(await dates('de')).toEqual(['Heute, 09:05', 'Gestern', '1. März', '1. März 2025', '']);
});

test('sizes and choices are written as the language writes them', async () => {
  const [en, fr] = await Promise.all([languageFor(['en']), languageFor(['fr'])]);
  expect([1, 900, 1536, 20 * 1024 * 1024].map(en.size)).toEqual(['1 byte', '900 bytes', '1.5 kB', '20 MB']);
  expect(fr.size(1536)).toMatch(/^1,5.ko$/);
  expect(fr.anyOf(['a', 'b', 'c'])).toBe('a, b ou c');
});

test('counts take the form that the language has for them', async () => {
  const [en, ar] = await Promise.all([languageFor(['en']), languageFor(['ar'])]);
  expect(en.text.files.tooMany(1, 1)).toBe('One file can be sent with one message; one was left out.');
  expect(en.text.files.tooMany(10, 3)).toBe('Up to 10 files can be sent with one message; 3 were left out.');
  for (const [locale, one, few, many] of [
    ['ru', '21 шаг', '3 шага', '11 шагов'],
    ['uk', '21 крок', '3 кроки', '11 кроків'],
    ['pl', '1 krok', '23 kroki', '21 kroków'],
  ] as const) {
    const { work } = (await languageFor([locale])).text;
    for (const steps of [one, few, many]) expect(work.steps(Number.parseInt(steps, 10))).toBe(steps);
  }
  expect([ar.text.menu.found(2), ar.text.menu.found(3)]).toEqual(['اقتراحان', '3 اقتراحات']);
});
