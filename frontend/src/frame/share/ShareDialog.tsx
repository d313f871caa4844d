import { useEffect, useId, useRef, useState } from 'react';
import { useText } from '../../language/language';
import type { ShareRequest } from '../../protocol/thread-extras';
import { holdFocus } from '../../ui/hold-focus';
import { useChat } from '../context';
import type { Conversation } from '../conversation/conversation';
import { useStore } from '../store';
import { ShareForm } from './ShareForm';
import { ShareList } from './ShareList';
import type { SharingDialog } from './sharing';
import { useShares } from './use-shares';
import './share.css';

/** Makes links to a conversation that others can read, and takes them back. */
export default function ShareDialog({ conversation, until }: { conversation: Conversation } & SharingDialog) {
  const { share: words, message } = useText();
  const chat = useChat();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const hasFiles = useStore(conversation.state, mayHaveFiles);
  const { shares, failure, create, revoke } = useShares(conversation);
  const [made, setMade] = useState<string | null>(null);
  useEffect(() => dialog.current?.showModal(), []);

  const onCreate = async (request: ShareRequest) => setMade((await create(request)) ?? made);
  const onRevoke = async (share: string) => {
    if (await revoke(share)) chat.announcer.say(words.revoked);
  };
  return (
    <dialog
      ref={dialog}
      className="confirm share"
      aria-labelledby={id}
      onClose={() => conversation.sharing.dialog.set(null)}
      onKeyDown={holdFocus}
    >
      <h2 id={id}>{words.title}</h2>
      <p>{words.about}</p>
      <ShareForm until={until} hasFiles={hasFiles} onCreate={onCreate} />
      {failure && (
        <p className="share-failure" role="alert">
          {failure}
        </p>
      )}
      {shares.length > 0 && <ShareList shares={shares} made={made} onRevoke={onRevoke} />}
      <footer>
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          {message.close}
        </button>
      </footer>
    </dialog>
  );
}

type State = Conversation['state']['value'];
/** What is older than what is loaded may have some, too. */
const mayHaveFiles = ({ items, older }: State) =>
  older !== null || items.some((item) => item.type === 'user_message' && Boolean(item.attachments?.length));
