import { ArrowUp, AtSign, CornerDownRight, Lock, Square, X } from 'lucide-react';
import { type MouseEvent, useEffect, useRef, useState } from 'react';
import { useText } from '../../language/language';
import { isResponding, mayCancel } from '../../protocol/response-status';
import type { ThreadStatus } from '../../protocol/types';
import { hasTouchKeyboard } from '../../ui/touch-keyboard';
import type { View } from '../chat';
import { useChat } from '../context';
import type { Conversation } from '../conversation/conversation';
import { conversationOf } from '../focus-places';
import { WaitingMessages } from '../queue/WaitingMessages';
import { useStore } from '../store';
import { AddButton, useFilePicker } from './AddButton';
import { ComposerField } from './ComposerField';
import { DictateButton, DictationLine } from './Dictation';
import { DictationRecorder } from './dictation-recorder';
import { sends } from './enter-key';
import { ModelButton } from './ModelButton';
import { replaceRange } from './replace-range';
import { SuggestionList } from './SuggestionList';
import { ToolButtons } from './ToolButtons';
import { UploadTray } from './UploadTray';
import { waitsFor } from './uploads';
import { useSuggestions } from './use-suggestions';

export function Composer({ view }: { view: View }) {
  const { thread } = useStore(view.conversation.state);
  const status = thread?.status;
  return status && status.type !== 'active' ? <Shut status={status} /> : <Open view={view} />;
}

function Shut({ status }: { status: Exclude<ThreadStatus, { type: 'active' }> }) {
  const { composer } = useText();
  return (
    <div className="composer shut" role="status">
      <Lock size={15} aria-hidden />{' '}
      <span dir="auto">
        {status.reason || (status.type === 'closed' ? composer.closed : composer.locked)}
      </span>
    </div>
  );
}

function Open({ view: { conversation, loading } }: { view: View }) {
  const chat = useChat();
  const text = useText();
  const { composer, entities } = useStore(chat.options);
  const tool = useStore(chat.selection.tool);
  const responding = useStore(conversation.state, ({ status }) => isResponding(status));
  /** Enter was pressed while an answer was being written. */
  const [isToldToWait, setToldToWait] = useState(false);
  if (isToldToWait && !responding) setToldToWait(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const { field: picker, input } = useFilePicker();
  const [recording] = useState(() => new DictationRecorder(chat, (words) => write(words)));
  const dictation = useStore(recording.state);
  const suggestions = useSuggestions(field, { picker, dictate: () => void recording.start() });
  useFocus(field);
  const wasDictating = useRef(false);
  useEffect(() => {
    if (wasDictating.current && dictation.phase === 'idle') chat.moveOn();
    wasDictating.current = dictation.phase !== 'idle';
  }, [chat, dictation.phase]);
  // A composer that goes away lets the microphone go.
  useEffect(() => () => recording.cancel(), [recording]);

  /** Goes on with what stands there, as a user would: with a space in between. */
  const write = (words: string) => {
    chat.draft.update((draft) => ({
      ...draft,
      text: draft.text + (/\S$/.test(draft.text) ? ' ' : '') + words,
    }));
    void chat.focusComposer();
  };
  const submit = async () => {
    const { queue } = conversation;
    if (!conversation.isResponding) return void chat.outgoing.sendDraft();
    const hasText = chat.draft.value.text.trim() !== '';
    if ((await queue.opens()) && (await chat.outgoing.sendDraft())) {
      if (queue.due) chat.announcer.say(text.queue.added);
      return;
    }
    if (hasText && conversation.isResponding && !queue.isOpen) setToldToWait(true);
  };
  const mention = () => {
    const at = field.current?.selectionStart ?? 0;
    const before = chat.draft.value.text[at - 1];
    if (field.current) replaceRange(field.current, at, at, before && /\S/.test(before) ? ' @' : '@');
  };

  const mentions = Boolean(entities?.showComposerMenu && entities.onTagSearch);
  const roomy = Boolean(composer?.tools?.length || composer?.models?.length || mentions);
  const middle =
    dictation.phase === 'idle' ? (
      <ComposerField
        field={field}
        placeholder={tool?.placeholderOverride ?? composer?.placeholder ?? text.composer.placeholder}
        suggestions={suggestions.list.state}
        onCaret={suggestions.onCaret}
        onKey={(event) => {
          if (suggestions.onKey(event)) return true;
          if (event.key !== 'Enter' || !sends(event, chat.enterKey.value)) return false;
          event.preventDefault();
          void submit();
          return true;
        }}
      />
    ) : (
      <DictationLine recording={recording} state={dictation} />
    );
  return (
    <form
      className="composer"
      data-roomy={roomy ? '' : undefined}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <SuggestionList {...suggestions.list} />
      <WaitingMessages conversation={conversation} />
      <Quote />
      <UploadTray />
      <p className="composer-note" role="status">
        {isToldToWait && responding && text.composer.wait}
      </p>
      {dictation.phase === 'idle' && dictation.failure && (
        <Failure
          sentence={dictation.failure}
          onDismiss={() => {
            recording.dismiss();
            void chat.focusComposer();
          }}
        />
      )}
      <div className="composer-line">
        {roomy && middle}
        <div className="composer-start">
          <AddButton picker={picker} />
          {input}
          <ToolButtons />
          {mentions && (
            <button
              type="button"
              className="icon-button"
              aria-label={text.composer.mention}
              title={text.composer.mention}
              onClick={mention}
            >
              <AtSign size={18} aria-hidden />
            </button>
          )}
        </div>
        {!roomy && middle}
        {dictation.phase === 'idle' && (
          <div className="composer-end">
            <ModelButton />
            {composer?.dictation?.enabled && <DictateButton recording={recording} />}
            <SendButton conversation={conversation} loading={loading} />
          </div>
        )}
      </div>
    </form>
  );
}

function SendButton({ conversation, loading }: { conversation: Conversation; loading: boolean }) {
  const chat = useChat();
  const text = useText();
  const status = useStore(conversation.state, (state) => state.status);
  const mayWait = useStore(conversation.queue.state, ({ isOpen }) => isOpen);
  useStore(chat.draft);
  const waiting = waitsFor(useStore(chat.uploads.state), text);
  const canSend = !loading && chat.outgoing.canSend();
  const responding = isResponding(status);
  // What is written meanwhile waits: there is something to send, and still something to stop.
  const both = responding && mayWait && canSend;
  const stop = {
    type: 'button',
    'aria-label': text.composer.stop,
    title: text.composer.stopHint,
    'aria-disabled': !mayCancel(status) || undefined,
    onClick: (event: MouseEvent) => {
      // By the end of this click the button submits, and would send what has been written meanwhile.
      event.preventDefault();
      if (!mayCancel(status)) return;
      conversation.stop();
      chat.moveOn();
    },
    children: <Square size={12} fill="currentColor" aria-hidden />,
  } as const;
  const label = both ? text.queue.add : text.composer.send;
  const send = {
    type: 'submit',
    'aria-label': label,
    title: waiting ?? label,
    'aria-disabled': !canSend || undefined,
    children: <ArrowUp size={18} strokeWidth={2.25} aria-hidden />,
  } as const;
  // Neither is ever `disabled`, which would let go of the focus: one becomes the other with it.
  return (
    <>
      {both && <button {...stop} className="send-beside" />}
      <button {...(responding && !both ? stop : send)} className="send" />
    </>
  );
}

function Quote() {
  const chat = useChat();
  const text = useText();
  const { quote } = useStore(chat.draft);
  if (!quote) return null;
  return (
    <div className="quote">
      <CornerDownRight size={14} aria-hidden />
      <span dir="auto">{quote}</span>
      <button
        type="button"
        className="icon-button"
        aria-label={text.composer.removeQuote}
        onClick={() => {
          chat.draft.update((before) => ({ ...before, quote: null }));
          void chat.focusComposer();
        }}
      >
        <X size={14} aria-hidden />
      </button>
    </div>
  );
}

function Failure({ sentence, onDismiss }: { sentence: string; onDismiss(): void }) {
  const { frame } = useText();
  return (
    <div className="tray-refusals" role="alert">
      <p>{sentence}</p>
      <button type="button" className="icon-button" aria-label={frame.dismiss} onClick={onDismiss}>
        <X size={14} aria-hidden />
      </button>
    </div>
  );
}

/** The text field takes the cursor whenever the chat asks for it. */
function useFocus(field: React.RefObject<HTMLTextAreaElement | null>) {
  const { count, isForWriting } = useStore(useChat().focus);
  useEffect(() => {
    if (!count) return;
    const rest = isForWriting || !hasTouchKeyboard() ? field.current : conversationOf(document);
    rest?.focus({ preventScroll: true });
  }, [count, isForWriting, field]);
}
