import type { AppText } from '../../src/app/language/app-language';
import { ar } from '../../src/app/language/ar';
import { de } from '../../src/app/language/de';
import { en } from '../../src/app/language/en';
import { ja } from '../../src/app/language/ja';
import { ar as chatAr } from '../../src/language/ar';
import { de as chatDe } from '../../src/language/de';
import { en as chatEn, type Text } from '../../src/language/en';
import { ja as chatJa } from '../../src/language/ja';

/** page: the words around the chat. */
export type Language = { tag: string; page: AppText; chat: Text };
export type Scheme = 'light' | 'dark';
/** One walk through all states; what differs in colours alone is taken at the same stop. */
export type Variant = { language: Language; width: number; schemes: Scheme[] };

const LANGUAGES = {
  en: { tag: 'en', page: en, chat: chatEn },
  de: { tag: 'de', page: de, chat: chatDe },
  ja: { tag: 'ja', page: ja, chat: chatJa },
  ar: { tag: 'ar', page: ar, chat: chatAr },
} satisfies Record<string, Language>;

const SCHEMES: Scheme[] = ['light', 'dark'];

/** Each language, width and scheme once: long words where there is the least room, both directions on a desktop. */
const SMALL: Variant[] = [
  { language: LANGUAGES.en, width: 1280, schemes: ['light'] },
  { language: LANGUAGES.de, width: 320, schemes: ['light'] },
  { language: LANGUAGES.ja, width: 390, schemes: ['dark'] },
  { language: LANGUAGES.ar, width: 1280, schemes: ['dark'] },
];

const FULL: Variant[] = Object.values(LANGUAGES).flatMap((language) =>
  [1280, 390, 320].map((width) => ({ language, width, schemes: SCHEMES })),
);

export const VARIANTS = process.env.CHATKIT_LINK_SCREENS === 'full' ? FULL : SMALL;
export const HEIGHTS: Record<number, number> = { 1280: 800, 390: 844, 320: 640 };
