import type { Conversation } from './conversation';
import { useStore } from './store';

/** Why this conversation takes nothing new right now; null when it does. */
export function useRefusal(conversation: Conversation): string | null {
  const { thread, awaited } = useStore(conversation.state);
  const busy = useStore(conversation.busy);
  if (busy || awaited) return 'Available when the answer is complete';
  return (thread?.status?.type ?? 'active') === 'active' ? null : 'This conversation takes no messages';
}
