import { useText } from '../../language/language';
import type { UserMessageItem } from '../../protocol/types';
import { contentOf, type Draft } from '../composer/draft';
import { InPlaceEditor } from '../composer/InPlaceEditor';
import { useChat, useConversation } from '../context';
import { useBlockedReason } from '../conversation/use-blocked-reason';
import type { Edit } from './branches';

/** A message of the user where it stands, to be asked in other words; its files and its quote stay with it. */
export function MessageEditor({ item, edit }: { item: UserMessageItem; edit: Edit }) {
  const { branches: words } = useText();
  const chat = useChat();
  const conversation = useConversation();
  const { branches } = conversation;
  const blockedReason = useBlockedReason(conversation);

  const save = async (draft: Draft) => {
    branches.edit.set(null);
    const content = contentOf(draft);
    if (JSON.stringify(content) === JSON.stringify(item.content)) return;
    chat.moveOn();
    const sent = await conversation.edit(item, content);
    // What the server did not take is the user's to change, unless another message is being edited by now.
    if (!sent) branches.edit.update((other) => other ?? { itemId: item.id, draft });
  };
  return (
    <InPlaceEditor
      label={words.edit}
      draft={edit.draft}
      mayBeEmpty={Boolean(item.attachments?.length)}
      blockedReason={blockedReason}
      onChange={(draft) => branches.edit.set({ itemId: item.id, draft })}
      onSave={(draft) => void save(draft)}
      onCancel={() => branches.edit.set(null)}
    />
  );
}
