import { acceptLanguageOf, english, type Language, languageFor, localeFor } from '../language/language';
import { Store } from './store';

/** The language of a chat: English until the words of another one are loaded. */
export class SpokenLanguage {
  readonly language = new Store<Language>(english);
  /** Resolves when the words of the language that was asked for last are loaded. */
  ready = Promise.resolve();
  /** Of the requests of the chat: a thread may be opened before the words are loaded. */
  acceptLanguage = english.locale;
  #latest = 0;

  /** locale: BCP 47; that of the browser if there is none. */
  load(locale: string | undefined) {
    this.ready = this.#load(locale ? [locale] : navigator.languages, ++this.#latest);
  }

  async #load(asked: readonly string[], number: number) {
    this.acceptLanguage = localeFor(asked);
    const language = await languageFor(asked);
    if (number !== this.#latest) return;
    this.language.set(language);
    this.acceptLanguage = acceptLanguageOf(language);
  }
}
