import { expect, test } from 'vitest';
import { LANGUAGES, languageFor } from './language';

test('the first language that there are words for is spoken, in its own region', async () => {
  expect(await languageFor(['xx', 'not a tag!', 'de-AT', 'fr'])).toMatchObject({
    locale: 'de-AT',
    dir: 'ltr',
  });
  expect(await languageFor(['he'])).toMatchObject({ locale: 'he', dir: 'rtl' });
  expect(await languageFor(['sv-SE'])).toMatchObject({ locale: 'en' });
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
  expect([ar.text.menu.found(2), ar.text.menu.found(3)]).toEqual(['اقتراحان', '3 اقتراحات']);
});
