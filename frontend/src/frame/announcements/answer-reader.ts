/*
 * Reads an answer to its end while it is being written: each call gives the sentences that have become whole since
 * the last one.
 *
 * Invariant: a sentence is given once. Blocks have their places in the answer as names, because a half-written block
 * may become another one (a line a heading, a paragraph a table), and what was said of a block is counted and not
 * compared by place, because its words may come out in another way when its Markdown is complete.
 */
import { ended, sentencesIn } from './sentences';
import { blocksOf, type Names, runsOf } from './spoken-blocks';

/** Of each block, how often each sentence was said. */
type Said = Map<string, number>[];

export class AnswerReader {
  #said = new WeakMap<Element, Said>();
  #settled = new WeakMap<Element, number>();
  #sentences: (text: string) => string[];

  constructor(
    locale: string,
    private readonly names: Names,
  ) {
    this.#sentences = sentencesIn(locale);
  }

  /** `complete`: nothing more will come, so the last sentence is whole as well. */
  read(article: Element, complete: boolean): string[] {
    const said = this.#said.get(article) ?? [];
    this.#said.set(article, said);
    const blocks = blocksOf(article);
    const fresh: string[] = [];
    const last = blocks.length - 1;
    const settled = this.#settled.get(article) ?? 0;
    // It has become shorter: another replica goes on with other words. Those that stayed were said, and are counted.
    for (let at = last < settled ? 0 : settled; at <= last; at++) {
      const block = blocks[at] as Element;
      const ofBlock = said[at] ?? new Map<string, number>();
      said[at] = ofBlock;
      fresh.push(...unsaid(this.#sayable(block, complete || at < last), ofBlock));
    }
    this.#settled.set(article, Math.max(0, last));
    return fresh;
  }

  /** The number of an entry is no sentence of its own. */
  #numbered(run: string): string[] {
    const number = /^\d+\. /.exec(run)?.[0] ?? '';
    const [first = '', ...more] = this.#sentences(run.slice(number.length));
    return [number + first, ...more];
  }

  /** What is whole of a block. */
  #sayable(block: Element, closed: boolean): string[] {
    const runs = runsOf(block, this.names);
    return runs.flatMap((run, at) => {
      const sentences = this.#numbered(run);
      const isClosed = closed || at < runs.length - 1;
      const whole = isClosed ? sentences : sentences.slice(0, -1);
      return isClosed ? [...whole.slice(0, -1), ended(whole.at(-1) ?? '')] : whole;
    });
  }
}

/** Those of the sentences that were not said of this block, which they now are. */
function unsaid(sentences: string[], said: Map<string, number>): string[] {
  const left = new Map(said);
  return sentences.filter((sentence) => {
    const before = left.get(sentence) ?? 0;
    if (before > 0) {
      left.set(sentence, before - 1);
      return false;
    }
    said.set(sentence, (said.get(sentence) ?? 0) + 1);
    return true;
  });
}
