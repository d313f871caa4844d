import { expect, test } from 'vitest';
import { LANGUAGES } from '../../language/language';
import { APP_LANGUAGES, appLanguageFor } from './app-language';
import { en } from './en';

/** The words of a language by their place, those that take a value as they are with one. */
function wordsIn(text: object, place = ''): [string, string][] {
  return Object.entries(text).flatMap(([name, value]) => {
    const at = `${place}${name}`;
    if (typeof value === 'function') return [[at, value('VALUE')] as [string, string]];
    return typeof value === 'string' ? [[at, value] as [string, string]] : wordsIn(value, `${at}.`);
  });
}

test('the page speaks every language of the chat', () => {
  expect([...APP_LANGUAGES].sort()).toEqual([...LANGUAGES].sort());
});

test.each(APP_LANGUAGES)('%s has words of its own, and each value that they take', async (tag) => {
  const { text, tag: spoken } = await appLanguageFor([tag]);
  expect(spoken).toBe(tag);
  const english = new Map(wordsIn(en));
  for (const [place, words] of wordsIn(text)) {
    expect(words.trim(), place).not.toBe('');
    expect(words.includes('VALUE'), place).toBe(english.get(place)?.includes('VALUE'));
  }
  if (tag !== 'en') expect(text.chats.none).not.toBe(en.chats.none);
});

test('a language without words of ours is in English, and Arabic is written from the right', async () => {
  expect((await appLanguageFor(['sv'])).text).toBe(en);
  expect((await appLanguageFor(['ar-EG'])).dir).toBe('rtl');
});
