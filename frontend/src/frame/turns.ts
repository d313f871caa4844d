import type { ThreadItem, UserMessageItem } from '../protocol/types';

/** A question and everything that came of it. The first turn of a page may lack its question. */
export type Turn = { id: string; question: UserMessageItem | null; items: ThreadItem[] };

const hidden = new Set(['hidden_context_item', 'sdk_hidden_context', 'end_of_turn']);

export function turnsOf(items: ThreadItem[]): Turn[] {
  const turns: Turn[] = [];
  for (const item of items) {
    if (hidden.has(item.type)) continue;
    const last = turns.at(-1);
    // Two messages in a row are two turns, even when the first got no answer.
    if (item.type === 'user_message') turns.push({ id: item.id, question: item, items: [] });
    else if (last) last.items.push(item);
    else turns.push({ id: item.id, question: null, items: [item] });
  }
  return turns;
}

/** A question put to the person, or a call of the page, is not yet an answer. */
export const hasAnswer = ({ items }: Turn) =>
  items.some((item) => item.type !== 'structured_input' && item.type !== 'client_tool_call');

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
  return (messages.length ? messages : items).map((item) => item.id);
}
