/*
 * When a run of `*`, `_` or `~~` may begin or end emphasis. CommonMark decides by the characters on both sides and
 * knows words with spaces between them; what models write is also Chinese, Japanese and Korean, which have none, and
 * arithmetic, in which a star is a star.
 */
import { attention } from 'micromark-core-commonmark';
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough';
import type { Code, Construct, Extension, Token, TokenizeContext } from 'micromark-util-types';
import { isMark } from '../inline-marks';

type Kind = 'space' | 'punctuation' | 'east-asian' | 'letter' | 'digit' | 'other';

/** With their punctuation, which stands where others have a space. */
const EAST_ASIAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303F\uFE30-\uFE4F\uFF00-\uFFEF]/u;

function kindOf(code: Code): Kind {
  if (code === null || code < 0) return 'space';
  const letter = String.fromCharCode(code);
  if (/\s/.test(letter)) return 'space';
  if (isMark(letter)) return 'punctuation';
  if (EAST_ASIAN.test(letter)) return 'east-asian';
  if (/[\p{P}\p{S}]/u.test(letter)) return 'punctuation';
  if (/\p{N}/u.test(letter)) return 'digit';
  return /\p{L}/u.test(letter) ? 'letter' : 'other';
}

const isWord = (kind: Kind) => kind === 'letter' || kind === 'digit';
const BEFORE_QUOTED = /[\p{Pi}"'\u201E\u201A]/u;
const AFTER_SENTENCE = /[\p{Pe}\p{Pf}.,:;!?%"'\u2026]/u;
/** ^_^ and >_< */
const FACE = /[\^<>;=~\u00B0]/;
const matches = (pattern: RegExp, code: Code) =>
  code !== null && code > 0 && pattern.test(String.fromCharCode(code));

/** Whether a run of markers between these two characters can open and close emphasis. */
export function flanking(marker: string, size: number, before: Code, after: Code) {
  const [left, right] = [kindOf(before), kindOf(after)];
  const beside = (kind: Kind) => kind === 'space' || kind === 'punctuation' || kind === 'east-asian';
  let open = right !== 'space' && (right !== 'punctuation' || beside(left));
  let close = left !== 'space' && (left !== 'punctuation' || beside(right));
  if (marker === '_') {
    if (matches(FACE, before) && matches(FACE, after)) return { open: false, close: false };
    return {
      open: open && (!close || left === 'punctuation'),
      close: close && (!open || right === 'punctuation'),
    };
  }
  if (size > 1) {
    // "**Note:**text" and "text**“quoted”**": no space, but nothing else is meant.
    close ||= isWord(right) && matches(AFTER_SENTENCE, before);
    open ||= isWord(left) && matches(BEFORE_QUOTED, after);
  }
  if (marker === '*') {
    // 2*3*4, x**2 + y**2
    const inWord = isWord(left) && isWord(right);
    const number = left === 'digit' || right === 'digit';
    if (inWord && (size === 1 || number)) open = false;
    if (inWord && size === 1 && number) close = false;
    // src/**/*.ts, and (*^_^*)
    if ((before === SLASH && right === 'punctuation') || after === CARET || before === CARET) open = false;
    if (before === SLASH && after === SLASH) close = false;
  }
  return { open, close };
}

const SLASH = 47;
const CARET = 94;

/** Events of the parser: further back, nothing is looked for, or a text of stars would take seconds. */
const NEAR = 120;

const sizeOf = ({ start, end }: Token) => end.offset - start.offset;

/** Whether a run of stars is one of a glob, which takes the one before it along, or of a product. */
function asWritten(parser: TokenizeContext, run: Token, before: Code, after: Code) {
  const plain = { glob: false, product: false };
  if (parser.sliceSerialize(run)[0] !== '*') return plain;
  const runs = parser.events
    .slice(-NEAR)
    .filter(([kind, token]) => kind === 'exit' && token !== run && token.type === run.type)
    .map(([, token]) => token);
  const since = ({ end }: Token) => parser.sliceSerialize({ start: end, end: run.start });
  const last = runs.at(-1);
  const opened = runs.findLast((token) => token._open);
  // **/*.py
  const glob = last !== undefined && since(last) === '/';
  if (glob) last._open = false;
  if (!opened) return { ...plain, glob };
  // **/test/*
  const path = before === SLASH && sizeOf(opened) !== sizeOf(run) && /^\/\S*$/.test(since(opened));
  if (path) opened._open = false;
  // "*args and a*b": within a word, only what began in the same word ends.
  const inWord = kindOf(before) === 'letter' && kindOf(after) === 'letter';
  return { glob: glob || path, product: inWord && sizeOf(run) === 1 && /\s/.test(since(opened)) };
}

function withFlanking(construct: Construct): Construct {
  return {
    ...construct,
    tokenize(effects, ok, nok) {
      const before = this.previous;
      return construct.tokenize.call(
        this,
        effects,
        (after) => {
          const sequence = this.events.at(-1)?.[1];
          if (sequence) {
            const { start, end } = sequence;
            const marker = this.sliceSerialize(sequence)[0] ?? '';
            const { open, close } = flanking(marker, end.offset - start.offset, before, after);
            const { glob, product } = asWritten(this, sequence, before, after);
            sequence._open = open && !glob;
            sequence._close = close && !glob && !product;
          }
          return ok(after);
        },
        nok,
      );
    },
  };
}

/** micromark extension: emphasis, strong, and strikethrough of two tildes. */
export function emphasis(): Extension {
  const strikethrough = gfmStrikethrough({ singleTilde: false });
  const tilde = strikethrough.text?.[126] as Construct;
  const star = { ...withFlanking(attention), name: 'emphasis' };
  const own = withFlanking(tilde);
  return {
    ...strikethrough,
    disable: { null: ['attention'] },
    insideSpan: { null: [star, own] },
    text: { 42: star, 95: star, 126: own },
  };
}
