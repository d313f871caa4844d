import { Pencil } from 'lucide-react';
import { useText } from '../../language/language';
import type { BranchPlace } from '../../protocol/thread-extras';
import { isPending } from '../../protocol/thread-state';
import type { UserMessageItem } from '../../protocol/types';
import { Versions } from '../branches/Versions';
import { draftFrom } from '../composer/draft';
import { useConversation } from '../context';
import { useBlockedReason } from '../conversation/use-blocked-reason';
import { useStore } from '../store';
import { ActionButton, CopyButton } from './ActionButton';
import { textOfQuestion } from './turns';

/** What can be done with a message of the user. `place`: where other versions of it stand behind it. */
export function QuestionActions({ question, place }: { question: UserMessageItem; place?: BranchPlace }) {
  const { message, branches: words } = useText();
  const conversation = useConversation();
  const { branches } = conversation;
  const hasBranches = useStore(branches.state, ({ isKnown }) => isKnown);
  const isEdited = useStore(branches.edit, (edit) => edit?.itemId === question.id);
  const blockedReason = useBlockedReason(conversation);
  const text = textOfQuestion(question);
  const canEdit = hasBranches && !isPending(question);
  if (isEdited || !(text || canEdit)) return null;
  return (
    <div className="question-actions">
      <div className="question-buttons">
        {text && <CopyButton label={message.copyQuestion} text={text} />}
        {canEdit && (
          <ActionButton
            label={words.edit}
            title={blockedReason ?? words.edit}
            disabled={blockedReason !== null}
            onClick={() => branches.edit.set({ itemId: question.id, draft: draftFrom(question.content) })}
          >
            <Pencil size={15} aria-hidden />
          </ActionButton>
        )}
      </div>
      {place && <Versions place={place} />}
    </div>
  );
}
