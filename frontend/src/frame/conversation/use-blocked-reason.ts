import { useText } from '../../language/language';
import { isPolling, isResponding } from '../../protocol/response-status';
import { useStore } from '../store';
import type { Conversation } from './conversation';

/** Why this conversation accepts nothing new right now; null when it does. */
export function useBlockedReason(conversation: Conversation): string | null {
  const text = useText();
  const isBusy = useStore(conversation.state, hasAnswerComing);
  const isClosed = useStore(conversation.state, isLockedOrClosed);
  if (isBusy) return text.thread.busy;
  return isClosed ? text.thread.notAccepting : null;
}

type State = Conversation['state']['value'];
const hasAnswerComing = ({ status }: State) => isResponding(status) || isPolling(status);
const isLockedOrClosed = ({ thread }: State) => (thread?.status?.type ?? 'active') !== 'active';
