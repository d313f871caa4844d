/*
 * What Markdown would take for markup although the person who reads it would not, made plain before it is parsed: a
 * backslash of a path, the underscores of `__init__`, a year at the beginning of a line. Code is left alone.
 */
import { DELIMITERS, linesOf, proseOf, withoutCodeSpans } from './lines';

/** A word with a single backslash before a letter or digit is a path or a pattern: no escape is meant in it. */
const LITERAL = /(?<!\\)\\[\p{L}\p{N}]/u;
const SLASHES = /(\\+)([!-/:-@[-`{-~])?/g;

const SPECIAL_NAME =
  /(?<![\w\\])__((?:abs|add|all|and|annotations|author|await|bases|bool|bytes|call|class|code|contains|copy|debug|del|delattr|delete|delitem|dict|dir|dirname|div|doc|enter|eq|exit|file|filename|float|format|future|ge|get|getattr|getattribute|getitem|gt|hash|iadd|import|index|init|init_subclass|int|invert|iter|le|len|loader|lt|main|matmul|mod|module|mro|mul|name|ne|neg|new|next|or|package|path|post_init|pow|proto|qualname|radd|reduce|repr|reversed|set|setattr|setitem|slots|spec|str|sub|typename|version|wrapped|xor|a(?:iter|next|enter|exit)|meta)__|__[a-z][a-z0-9_]*__(?=\.\w|\())/g;

/** Years and other large numbers do not number a list; the end of a sentence does not begin one. */
const YEAR = /^([ \t]*(?:>[ \t]*)*)(\d{4,9})([.)])(?=[ \t])/gm;
const COMPARISON =
  /^([ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+|[ \t]*)>(?==)|^([ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+)>(?=[ \t]*[$€£]?\d)/gm;
/** ¯\_(ツ)_/¯ */
const SHRUG = /¯\\+_\(ツ\)_\/¯/g;

const escaped = (text: string) => text.replace(/[!-/:-@[-`{-~]/g, '\\$&');

export function plainly(text: string): string {
  const { code } = linesOf(text);
  return mapped(text, proseOf(text, code), (prose) => {
    const lines = cells(prose)
      .replace(YEAR, '$1$2\\$3')
      .replace(COMPARISON, (_, before = '', item = '') => `${before || item}\\>`);
    if (!/\\|__|¯/.test(lines)) return lines;
    return mapped(lines, withoutCodeSpans(lines), words);
  });
}

const CODE = /(`+)(?!`)(.*?[^`])\1(?!`)/g;

/** A pipe in the code of a cell is no end of the cell. */
function cells(prose: string): string {
  if (!prose.includes('|') || !prose.includes('`')) return prose;
  const lines = prose.split('\n');
  let inTable = false;
  return lines
    .map((line, at) => {
      const below = lines[at + 1] ?? '';
      if (line.includes('|') && DELIMITERS.test(below)) inTable = true;
      else if (line.trim() === '') inTable = false;
      return inTable ? line.replace(CODE, (code) => code.replace(/(?<!\\)\|/g, '\\|')) : line;
    })
    .join('\n');
}

const words = (text: string) =>
  text
    .replace(SHRUG, () => escaped('¯\\_(ツ)_/¯'))
    .split(/(\s+)/)
    .map((word) =>
      word.includes('\\') && LITERAL.test(word) && !/\]\(|:\/\//.test(word) ? literal(word) : word,
    )
    .join('')
    .replace(SPECIAL_NAME, (name) => name.replaceAll('_', '\\_'));

const literal = (word: string) =>
  word.replace(SLASHES, (_, slashes: string, mark = '') => slashes + slashes + (mark && `\\${mark}`));

function mapped(text: string, ranges: { from: number; to: number }[], change: (piece: string) => string) {
  let result = '';
  let done = 0;
  for (const { from, to } of ranges) {
    result += text.slice(done, from) + change(text.slice(from, to));
    done = to;
  }
  return result + text.slice(done);
}
