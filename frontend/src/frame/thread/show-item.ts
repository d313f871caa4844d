/** Brings a message of the open thread into view, however far back it is, and marks it for a moment. */
import type { ThreadState } from '../../protocol/thread-state';
import type { Conversation } from '../conversation/conversation';
import type { Store } from '../store';

/** A page of older messages is drawn little by little. */
const MOST_FRAMES = 240;

export async function showItem(conversation: Conversation, itemId: string) {
  const { state } = conversation;
  while (!state.value.items.some(({ id }) => id === itemId)) {
    const { older } = state.value;
    if (!older) return;
    // A view that does not fill the screen loads them by itself.
    await (state.value.loadingOlder ? olderLoaded(state) : conversation.loadOlder());
    // It could not be loaded, which the chat itself displays.
    if (state.value.older === older) return;
  }
  for (let frame = 0; frame < MOST_FRAMES; frame++) {
    const item = document.querySelector<HTMLElement>(`[data-item="${CSS.escape(itemId)}"]`);
    if (item) return reveal(item);
    await new Promise(requestAnimationFrame);
  }
}

const olderLoaded = (state: Store<ThreadState>) =>
  new Promise<void>((resolve) => {
    const leave = state.subscribe(() => {
      if (state.value.loadingOlder) return;
      leave();
      resolve();
    });
  });

function reveal(item: HTMLElement) {
  item.scrollIntoView({ block: 'center' });
  // The browser tells of it after the view has followed what is new at the end, and so has left the message again.
  item.closest('.thread')?.dispatchEvent(new Event('scroll'));
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  item.animate?.(
    [{ backgroundColor: 'var(--hover)' }, { backgroundColor: 'var(--hover)', offset: 0.6 }, {}],
    {
      duration: isStill ? 0 : 1800,
    },
  );
}
