/** Brings a message of the open thread into view, however far back it is, and marks it for a moment. */
import type { Conversation } from '../conversation/conversation';

/** A page of older messages is drawn little by little. */
const MOST_FRAMES = 240;

export async function showItem(conversation: Conversation, itemId: string) {
  const { state } = conversation;
  while (!state.value.items.some(({ id }) => id === itemId)) {
    const { older } = state.value;
    if (!older) return;
    await conversation.loadOlder();
    // It could not be loaded, which the chat itself displays; or the user loads it already.
    if (state.value.older === older) return;
  }
  for (let frame = 0; frame < MOST_FRAMES; frame++) {
    const item = document.querySelector<HTMLElement>(`[data-item="${CSS.escape(itemId)}"]`);
    if (item) return reveal(item);
    await new Promise(requestAnimationFrame);
  }
}

function reveal(item: HTMLElement) {
  item.scrollIntoView({ block: 'center' });
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  item.animate?.(
    [{ backgroundColor: 'var(--hover)' }, { backgroundColor: 'var(--hover)', offset: 0.6 }, {}],
    {
      duration: isStill ? 0 : 1800,
    },
  );
}
