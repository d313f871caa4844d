import type { ThreadItem, UserMessageItem } from '../../protocol/types';

/** A question and everything that came of it. The first turn of a page may lack its question. */
export type Turn = { id: string; question: UserMessageItem | null; items: ThreadItem[] };

const hidden = new Set(['hidden_context_item', 'sdk_hidden_context', 'end_of_turn']);

/** `before`: the turns of these items as they were; those in which nothing changed are the same objects again. */
export function turnsOf(items: ThreadItem[], before: Turn[] = []): Turn[] {
  const turns: Turn[] = [];
  for (const item of items) {
    if (hidden.has(item.type)) continue;
    const last = turns.at(-1);
    // Two messages in a row are two turns, even when the first got no answer.
    if (item.type === 'user_message') turns.push({ id: item.id, question: item, items: [] });
    else if (last) last.items.push(item);
    else turns.push({ id: item.id, question: null, items: [item] });
  }
  const known = new Map(before.map((turn) => [turn.id, turn]));
  return turns.map((turn) => {
    const old = known.get(turn.id);
    return old && isSame(old, turn) ? old : turn;
  });
}

const isSame = (one: Turn, other: Turn) =>
  one.question === other.question &&
  one.items.length === other.items.length &&
  one.items.every((item, at) => item === other.items[at]);

/**
 * What a server displays in place of an item that it cannot read: a finished step about files that names none and stands
 * alone. The protocol has no type for it.
 */
export const isNotice = (item: ThreadItem) =>
  item.type === 'task' &&
  item.task.type === 'file' &&
  item.task.status_indicator !== 'loading' &&
  !!item.task.title &&
  !item.task.sources?.length;

/** A question put to the user, a call of the page or a notice is not yet an answer. */
export const hasAnswer = ({ items }: Turn) =>
  items.some(
    (item) => item.type !== 'structured_input' && item.type !== 'client_tool_call' && !isNotice(item),
  );

export const textOfQuestion = ({ content }: UserMessageItem) =>
  content
    .map((part) => part.text)
    .join('')
    .trim();

export function textOfTurn({ items }: Turn): string {
  return items
    .flatMap((item) => {
      if (item.type === 'assistant_message') return item.content.map((part) => part.text);
      return item.type === 'widget' && item.copy_text ? [item.copy_text] : [];
    })
    .join('\n\n')
    .trim();
}

/** What a thumb up or down is about: the answer's words, or the widgets when there are no words. */
export function ratedItems({ items }: Turn): string[] {
  const messages = items.filter((item) => item.type === 'assistant_message');
  return (messages.length ? messages : items.filter((item) => !isNotice(item))).map((item) => item.id);
}
