/** The sentences of a text, as its language ends them. The last one may still be growing. */
export function sentencesIn(locale: string): (text: string) => string[] {
  // Firefox before version 125 has none.
  if (typeof Intl.Segmenter !== 'function')
    return (text) => trimmed(text.match(/[^.!?。！？]+[.!?。！？]*/gu) ?? []);
  const segmenter = new Intl.Segmenter(locale, { granularity: 'sentence' });
  return (text) => trimmed([...segmenter.segment(text)].map(({ segment }) => segment));
}

const trimmed = (sentences: string[]) => sentences.map((sentence) => sentence.trim()).filter(Boolean);

const ENDED = /[\p{P}]$/u;

/** A heading or an entry of a list often ends without a mark, and would run into what follows. */
export const ended = (words: string) => (ENDED.test(words) ? words : `${words}.`);
