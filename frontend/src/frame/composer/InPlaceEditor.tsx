import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useText } from '../../language/language';
import { useChat } from '../context';
import { useStore } from '../store';
import { type Draft, edited } from './draft';
import { sends } from './enter-key';
import { FieldInk } from './FieldInk';
import { isComposing } from './replace-range';

type Props = {
  label: string;
  draft: Draft;
  /** A message with files may go without words. */
  mayBeEmpty?: boolean;
  /** Why it cannot be saved at the moment. */
  blockedReason?: string | null;
  onChange?(draft: Draft): void;
  onSave(draft: Draft): void;
  onCancel(): void;
};

/** What was written before, in a field where it stands. The keys are those of the composer. */
export function InPlaceEditor(props: Props) {
  const { label, mayBeEmpty = false, blockedReason = null, onChange, onSave, onCancel } = props;
  const chat = useChat();
  const { branches, frame } = useText();
  const enterKey = useStore(chat.enterKey);
  const [draft, setDraft] = useState(props.draft);
  const field = useRef<HTMLTextAreaElement>(null);
  const isBlocked = blockedReason !== null || !(mayBeEmpty || draft.text.trim());

  useEffect(() => {
    const { current } = field;
    current?.focus();
    current?.setSelectionRange(current.value.length, current.value.length);
  }, []);

  const save = () => {
    if (!isBlocked) onSave(draft);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    const isEscape = event.key === 'Escape';
    if (!isEscape && !(event.key === 'Enter' && sends(event, enterKey))) return;
    // Escape leaves the field, and neither stops an answer nor closes what is around it.
    event.preventDefault();
    event.stopPropagation();
    if (isEscape) onCancel();
    else save();
  };
  return (
    <div className="editor">
      <div className="field-scroll">
        <FieldInk text={draft.text} tags={draft.tags} />
        <textarea
          ref={field}
          aria-label={label}
          dir="auto"
          rows={1}
          value={draft.text}
          enterKeyHint={enterKey === 'send' ? 'done' : 'enter'}
          onChange={({ target }) => {
            const next = edited(draft, target.value, target.selectionStart, chat.entities.known);
            setDraft(next);
            onChange?.(next);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className="editor-buttons">
        <button type="button" className="button small" onClick={onCancel}>
          {frame.cancel}
        </button>
        <button
          type="button"
          className="button small primary"
          title={blockedReason ?? undefined}
          aria-disabled={isBlocked || undefined}
          onClick={save}
        >
          {branches.save}
        </button>
      </div>
    </div>
  );
}
