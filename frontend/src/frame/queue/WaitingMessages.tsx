import { ArrowUp, CirclePause, Clock, Pencil, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../../language/language';
import { draftFrom } from '../composer/draft';
import { InPlaceEditor } from '../composer/InPlaceEditor';
import { useChat } from '../context';
import type { Conversation } from '../conversation/conversation';
import { useStore } from '../store';
import { ActionButton } from '../thread/ActionButton';
import type { Waiting } from './message-queue';

/** What is sent after the answer that is being written, above the field in which more can be written. */
export function WaitingMessages({ conversation }: { conversation: Conversation }) {
  const { frame, queue: words } = useText();
  const { waiting, failure } = useStore(conversation.queue.state);
  return (
    <>
      {waiting.length > 0 && (
        <ul className="waiting" aria-label={words.waiting}>
          {waiting.map((message) => (
            <WaitingMessage key={message.id} message={message} conversation={conversation} />
          ))}
        </ul>
      )}
      {failure && (
        <div className="tray-refusals" role="alert">
          <div>{failure}</div>
          <ActionButton label={frame.dismiss} onClick={() => conversation.queue.dismiss()}>
            <X size={14} aria-hidden />
          </ActionButton>
        </div>
      )}
    </>
  );
}

type Props = { message: Waiting; conversation: Conversation };

function WaitingMessage({ message: { id, text, isSending, held, error }, conversation }: Props) {
  const { queue: words } = useText();
  const { queue } = conversation;
  const thread = conversation.id ?? '';
  const [edit, setEdit] = useState<string | null>(null);
  const written = useUnsaved(conversation, id);
  const [isLeaving, setLeaving] = useState(false);
  const leave = async (work: Promise<boolean>) => {
    setLeaving(true);
    if (!(await work)) setLeaving(false);
  };
  const save = async (changed: string) => {
    setEdit(null);
    written.current = null;
    if (changed === text || (await queue.edit(thread, id, changed))) return;
    setEdit(changed);
  };
  if (edit !== null)
    return (
      <li>
        <InPlaceEditor
          label={words.edit}
          draft={draftFrom([{ type: 'input_text', text: edit }])}
          onChange={(draft) => {
            written.current = draft.text === text ? null : draft.text;
          }}
          onSave={(draft) => void save(draft.text.trim())}
          onCancel={() => {
            written.current = null;
            setEdit(null);
          }}
        />
      </li>
    );
  return (
    <li data-sending={isSending || isLeaving ? '' : undefined}>
      {held ? <CirclePause size={14} aria-hidden /> : <Clock size={14} aria-hidden />}
      <span className="waiting-words">
        <span className="waiting-text" dir="auto" title={text}>
          {text}
        </span>
        {(error || held) && <small data-failed={error ? '' : undefined}>{error || words.held}</small>}
      </span>
      {!isSending && (
        <span className="waiting-buttons">
          <ActionButton label={words.edit} disabled={isLeaving} onClick={() => setEdit(text)}>
            <Pencil size={15} aria-hidden />
          </ActionButton>
          <ActionButton
            label={words.sendNow}
            title={words.sendNowHint}
            disabled={isLeaving}
            onClick={() => void leave(conversation.sendNow(id))}
          >
            <ArrowUp size={16} aria-hidden />
          </ActionButton>
          <ActionButton
            label={words.remove}
            disabled={isLeaving}
            onClick={() => void leave(queue.remove(thread, id))}
          >
            <X size={16} aria-hidden />
          </ActionButton>
        </span>
      )}
    </li>
  );
}

/** What was being written when the message had its turn goes on in the composer, unless something else stands there. */
function useUnsaved({ queue }: Conversation, id: string) {
  const { draft } = useChat();
  const written = useRef<string | null>(null);
  useEffect(
    () => () => {
      const text = written.current;
      const isGone = !queue.state.value.waiting.some((message) => message.id === id);
      if (text && isGone) draft.update((now) => (now.text ? now : draftFrom([{ type: 'input_text', text }])));
    },
    [queue, id, draft],
  );
  return written;
}
