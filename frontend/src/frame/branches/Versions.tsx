import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useLanguage } from '../../language/language';
import type { BranchPlace } from '../../protocol/thread-extras';
import { useChat, useConversation } from '../context';
import { useBlockedReason } from '../conversation/use-blocked-reason';
import { ActionButton } from '../thread/ActionButton';

/** "2/3", and the way to the version before and after it. */
export function Versions({ place: { item_id, siblings } }: { place: BranchPlace }) {
  const { text, number } = useLanguage();
  const { branches } = text;
  const chat = useChat();
  const conversation = useConversation();
  const blockedReason = useBlockedReason(conversation);
  const [isWalking, setWalking] = useState(false);
  const at = siblings.indexOf(item_id);
  const count = siblings.length;
  if (at < 0 || count < 2) return null;
  const walkTo = async (next: number) => {
    const sibling = siblings[next];
    if (!sibling || isWalking) return;
    setWalking(true);
    if (await conversation.walkTo(sibling, item_id)) chat.announcer.say(branches.version(next + 1, count));
    setWalking(false);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in
    <div className="versions" role="group" aria-label={branches.versions} aria-busy={isWalking}>
      <ActionButton
        label={branches.previous}
        title={blockedReason ?? branches.previous}
        disabled={at === 0 || blockedReason !== null}
        onClick={() => void walkTo(at - 1)}
      >
        <ChevronLeft className="pointing" size={16} aria-hidden />
      </ActionButton>
      <bdi aria-hidden>
        {number(at + 1)}/{number(count)}
      </bdi>
      <span className="visually-hidden">{branches.version(at + 1, count)}</span>
      <ActionButton
        label={branches.next}
        title={blockedReason ?? branches.next}
        disabled={at === count - 1 || blockedReason !== null}
        onClick={() => void walkTo(at + 1)}
      >
        <ChevronRight className="pointing" size={16} aria-hidden />
      </ActionButton>
    </div>
  );
}
