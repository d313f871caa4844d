import { ArrowUp, CornerDownRight, Lock, Square, X } from 'lucide-react';
import { type ClipboardEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef } from 'react';
import type { ThreadStatus } from '../protocol/types';
import { AttachButton } from './AttachButton';
import type { View } from './chat';
import { useChat } from './context';
import { useStore } from './store';
import { UploadTray } from './UploadTray';
import { waitsFor } from './uploads';

export function Composer({ view }: { view: View }) {
  const { thread } = useStore(view.conversation.state);
  const status = thread?.status;
  return status && status.type !== 'active' ? <Shut status={status} /> : <Open view={view} />;
}

function Shut({ status }: { status: Exclude<ThreadStatus, { type: 'active' }> }) {
  const fallback =
    status.type === 'closed'
      ? 'This conversation is closed.'
      : 'This conversation is locked and takes no messages right now.';
  return (
    <div className="composer shut" role="status">
      <Lock size={15} aria-hidden /> <span>{status.reason || fallback}</span>
    </div>
  );
}

function Open({ view: { conversation, loading } }: { view: View }) {
  const chat = useChat();
  const draft = useStore(chat.draft);
  const { composer } = useStore(chat.options);
  const { allowCancel } = useStore(conversation.state);
  const busy = useStore(conversation.busy);
  const field = useField();
  const files = useStore(chat.uploads.state);
  const waiting = waitsFor(files);
  const placeholder = composer?.placeholder ?? 'Message the AI';
  const write = (text: string) => chat.draft.update((before) => ({ ...before, text }));

  const onPaste = (event: ClipboardEvent) => {
    const { files, types } = event.clipboardData;
    // Text that was copied from an office program brings a picture of itself along.
    if (!files.length || types.includes('text/plain') || !chat.uploads.limits) return;
    event.preventDefault();
    chat.uploads.add([...files]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends a composition (Japanese, Chinese, accents) chooses a word; it does not send.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!busy) void chat.sendDraft();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void chat.sendDraft();
      }}
    >
      {draft.quote && (
        <div className="quote">
          <CornerDownRight size={14} aria-hidden />
          <span>{draft.quote}</span>
          <button
            type="button"
            className="icon-button"
            aria-label="Remove the quote"
            onClick={() => chat.draft.update((before) => ({ ...before, quote: null }))}
          >
            <X size={14} aria-hidden />
          </button>
        </div>
      )}
      <UploadTray />
      <div className="composer-line">
        <AttachButton />
        <textarea
          ref={field}
          aria-label="Message"
          placeholder={placeholder}
          dir="auto"
          rows={1}
          value={draft.text}
          enterKeyHint="send"
          onChange={(event) => write(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        {busy ? (
          <button
            type="button"
            className="send"
            aria-label="Stop"
            title="Stop (Esc)"
            disabled={!allowCancel}
            onClick={() => conversation.stop()}
          >
            <Square size={12} fill="currentColor" aria-hidden />
          </button>
        ) : (
          <button
            type="submit"
            className="send"
            aria-label="Send message"
            title={waiting ?? 'Send message'}
            disabled={loading || !chat.canSend()}
          >
            <ArrowUp size={18} strokeWidth={2.25} aria-hidden />
          </button>
        )}
      </div>
    </form>
  );
}

/** The text field: grows with its text, and takes the cursor whenever the chat asks for it. */
function useField() {
  const chat = useChat();
  const { text } = useStore(chat.draft);
  const asked = useStore(chat.focus);
  const field = useRef<HTMLTextAreaElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height depends on the text shown
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);

  useEffect(() => {
    if (asked) field.current?.focus({ preventScroll: true });
  }, [asked]);

  return field;
}
