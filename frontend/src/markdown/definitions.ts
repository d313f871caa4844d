/*
 * Addresses and notes that are defined in one place of a text and meant in others. A text is parsed in sections, so
 * each section is given the definitions that it names; and notes are numbered over the whole text.
 */
import { linesOf, proseOf } from './lines';

export type Definitions = {
  /** Addresses by label, each as the line that defines it. */
  addresses: ReadonlyMap<string, string>;
  /** Texts of notes by label. */
  notes: ReadonlyMap<string, string>;
  /** Numbers of the notes that are referred to, in the order of their first reference. */
  numbers: ReadonlyMap<string, number>;
};

const MAYBE = /\]:|\[\^|\]\[/;
const DEFINITION = /^ {0,3}\[(\^?)((?:[^[\]\\\n]|\\.){1,200})\]:[ \t]*(.*)$/;
const REFERENCE = /\[\^([^[\]\s]{1,200})\](?!:)/g;
const ADDRESS_REFERENCE = /\[((?:[^[\]\\]|\\.){1,200})\]/g;
const FULL_REFERENCE = /\]\[((?:[^[\]\\]|\\.){1,200})\]/g;

const none: Definitions = { addresses: new Map(), notes: new Map(), numbers: new Map() };
const labelOf = (label: string) => label.replace(/\s+/g, ' ').trim().toLowerCase();

/** `growing`: what is referred to may still be defined. */
export function definitionsOf(text: string, growing: boolean): Definitions {
  if (!MAYBE.test(text)) return none;
  const { code } = linesOf(text);
  const prose = proseOf(text, code)
    .map(({ from, to }) => text.slice(from, to))
    .join('\n\n');
  const addresses = new Map<string, string>();
  const notes = new Map<string, string>();
  const body: string[] = [];
  const lines = prose.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const [, caret, label = '', rest = ''] = DEFINITION.exec(line) ?? [];
    if (!label) body.push(line);
    else if (caret) {
      const more = continuation(lines, at + 1);
      if (!notes.has(labelOf(label))) notes.set(labelOf(label), [rest, ...more].join('\n'));
      at += more.length;
      body.push(rest, ...more);
    } else if (!addresses.has(labelOf(label)) && rest) addresses.set(labelOf(label), line.trim());
  }
  const words = body.join('\n');
  const numbers = new Map<string, number>();
  for (const [, label = ''] of words.matchAll(REFERENCE)) {
    const key = labelOf(label);
    if (!numbers.has(key) && (growing || notes.has(key))) numbers.set(key, numbers.size + 1);
  }
  if (growing) {
    for (const [, label = ''] of words.matchAll(FULL_REFERENCE)) {
      if (!addresses.has(labelOf(label))) addresses.set(labelOf(label), `[${label}]: <>`);
    }
  }
  return { addresses, notes, numbers };
}

/** The lines that belong to the note above them, without their indentation. */
function continuation(lines: string[], from: number): string[] {
  const more: string[] = [];
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const blank = line.trim() === '';
    if (blank ? !/^(?: {2,}|\t)\S/.test(lines[at + 1] ?? '') : DEFINITION.test(line)) break;
    if (!blank && (lines[at - 1] ?? '').trim() === '' && !/^(?: {2,}|\t)/.test(line)) break;
    more.push(line.replace(/^(?: {1,4}|\t)/, ''));
  }
  return more;
}

/** What has to stand before a section, so that what it refers to is known: nothing, for most of them. */
export function definitionsFor(section: string, { addresses, notes, numbers }: Definitions): string {
  if (numbers.size === 0 && addresses.size === 0) return '';
  const found = new Set<string>();
  for (const [, label = ''] of section.matchAll(ADDRESS_REFERENCE)) {
    const key = labelOf(label);
    const note = key.startsWith('^') ? key.slice(1) : undefined;
    if (note === undefined) found.add(addresses.get(key) ?? '');
    else if (numbers.has(note) || notes.has(note)) found.add(`[${label}]: .`);
  }
  const lines = [...found].filter(Boolean);
  return lines.length > 0 ? `${lines.join('\n\n')}\n\n<!-- -->\n\n` : '';
}
