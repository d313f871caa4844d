import { ArrowUp, CornerDownRight, Lock, Square, X } from 'lucide-react';
import { type ClipboardEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef } from 'react';
import { useText } from '../language/language';
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
  const text = useText();
  return (
    <div className="composer shut" role="status">
      <Lock size={15} aria-hidden />{' '}
      <span>{status.reason || (status.type === 'closed' ? text.composer.closed : text.composer.locked)}</span>
    </div>
  );
}

function Open({ view: { conversation, loading } }: { view: View }) {
  const chat = useChat();
  const text = useText();
  const draft = useStore(chat.draft);
  const { composer } = useStore(chat.options);
  const { allowCancel } = useStore(conversation.state);
  const busy = useStore(conversation.busy);
  const field = useField();
  const files = useStore(chat.uploads.state);
  const waiting = waitsFor(files, text);
  const placeholder = composer?.placeholder ?? text.composer.placeholder;
  const write = (written: string) => chat.draft.update((before) => ({ ...before, text: written }));

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
            aria-label={text.composer.removeQuote}
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
          aria-label={text.composer.label}
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
            aria-label={text.composer.stop}
            title={text.composer.stopHint}
            disabled={!allowCancel}
            onClick={() => conversation.stop()}
          >
            <Square size={12} fill="currentColor" aria-hidden />
          </button>
        ) : (
          <button
            type="submit"
            className="send"
            aria-label={text.composer.send}
            title={waiting ?? text.composer.send}
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
