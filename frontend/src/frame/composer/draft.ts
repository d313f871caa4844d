/*
 * The message that is being written: text in which some stretches are tags, which stand for an entity each. A tag
 * is written as "@" and its title, so the text can be edited anywhere, by anything that edits text: typing,
 * dictation, undo, a browser's extension.
 *
 * Invariant: a tag's stretch is exactly "@title"; an edit that touches the inside of one turns it back into text.
 */
import type { Entity } from '@openai/chatkit';
import type { UserContent } from '../../protocol/types';

export type Tag = { start: number; end: number; entity: Entity };
export type Draft = { text: string; tags: Tag[]; quote: string | null };

export const emptyDraft: Draft = { text: '', tags: [], quote: null };
export const labelOf = ({ title }: Entity) => `@${title}`;

/**
 * The draft after an edit that left the cursor at `caret`. `known`: entities that are or were tags, the newest
 * first; where the edit completes the label of one, as choosing, undo and paste do, it is a tag.
 */
export function edited(draft: Draft, text: string, caret: number, known: readonly Entity[] = []): Draft {
  const { from, to, by } = changeBetween(draft.text, text, caret);
  const kept = draft.tags.flatMap((tag) => {
    if (tag.end <= from) return tag;
    return tag.start >= to ? { ...tag, start: tag.start + by, end: tag.end + by } : [];
  });
  // A name that is written out, letter by letter, means no more than its letters.
  const back = to + by - from > 1 ? found(text, from, to + by, kept, known) : [];
  return { ...draft, text, tags: [...kept, ...back].sort(byStart) };
}

/** Where the cursor goes that would stand inside a tag: out of it, the way it was going. */
export function outside(tags: readonly Tag[], caret: number, before: number): number {
  const tag = tags.find(({ start, end }) => start < caret && caret < end);
  if (!tag) return caret;
  return before >= tag.end ? tag.start : before <= tag.start ? tag.end : nearer(tag, caret);
}

export function contentOf({ text, tags }: Draft): UserContent[] {
  const parts: UserContent[] = [];
  let at = 0;
  const pushText = (words: string) => words && parts.push({ type: 'input_text', text: words });
  for (const { start, end, entity } of tags) {
    pushText(text.slice(at, start));
    const { id, title, group, data, interactive } = entity;
    parts.push({
      type: 'input_tag',
      id,
      text: title,
      data: data ?? {},
      ...(group && { group }),
      interactive,
    });
    at = end;
  }
  pushText(text.slice(at));
  return trimmed(parts);
}

export function draftFrom(content: readonly UserContent[], quote: string | null = null): Draft {
  let text = '';
  const tags: Tag[] = [];
  for (const part of content) {
    if (part.type === 'input_text') {
      text += part.text;
      continue;
    }
    const { id, text: title, group, interactive, data = {} } = part;
    const entity: Entity = { id, title, group, interactive, data: data as Entity['data'] };
    const start = text.length;
    text += labelOf(entity);
    tags.push({ start, end: text.length, entity });
  }
  return { text, tags, quote };
}

const byStart = (one: Tag, other: Tag) => one.start - other.start;
const nearer = ({ start, end }: Tag, caret: number) => (caret - start < end - caret ? start : end);

/** What stands after the cursor was there before; what else is the same stands before the change. */
function changeBetween(before: string, after: string, caret: number) {
  let tail = after.length - caret;
  if (!before.endsWith(after.slice(caret))) tail = 0;
  let from = 0;
  const most = Math.min(before.length, after.length) - tail;
  while (from < most && before[from] === after[from]) from++;
  return { from, to: before.length - tail, by: after.length - before.length };
}

function found(text: string, from: number, to: number, taken: Tag[], known: readonly Entity[]): Tag[] {
  const tags: Tag[] = [];
  for (const entity of known) {
    const label = labelOf(entity);
    for (let start = text.indexOf(label, Math.max(0, from - label.length)); start >= 0 && start < to; ) {
      const end = start + label.length;
      const free = [...taken, ...tags].every((tag) => tag.end <= start || tag.start >= end);
      if (free && end > from) tags.push({ start, end, entity });
      start = text.indexOf(label, end);
    }
  }
  return tags;
}

function trimmed(parts: UserContent[]): UserContent[] {
  const last = parts.length - 1;
  return parts
    .map((part, at) => {
      if (part.type !== 'input_text') return part;
      let { text } = part;
      if (at === 0) text = text.trimStart();
      if (at === last) text = text.trimEnd();
      return { ...part, text };
    })
    .filter((part) => part.type !== 'input_text' || part.text);
}
