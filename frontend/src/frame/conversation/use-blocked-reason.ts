import { useText } from '../../language/language';
import { useStore } from '../store';
import type { Conversation } from './conversation';

/** Why this conversation takes nothing new right now; null when it does. */
export function useBlockedReason(conversation: Conversation): string | null {
  const text = useText();
  const shut = useStore(conversation.state, isShut);
  const awaited = useStore(conversation.state, isAwaited);
  const busy = useStore(conversation.busy);
  if (busy || awaited) return text.thread.busy;
  return shut ? text.thread.shut : null;
}

type State = Conversation['state']['value'];
const isShut = ({ thread }: State) => (thread?.status?.type ?? 'active') !== 'active';
const isAwaited = ({ awaited }: State) => awaited;
