/*
 * The text field. A textarea does what users know from text fields, with every input method and screen reader; what
 * it cannot do, show tags, is drawn behind it by a layer with the same text in the same places. The layer also gives
 * the field its height. Neither scrolls: what is around both does.
 */
import { type ClipboardEvent, type KeyboardEvent, type PointerEvent, type RefObject, useState } from 'react';
import { useText } from '../../language/language';
import { directionOf } from '../../markdown/direction';
import { useChat } from '../context';
import { EntityPreview, useEntityPreview } from '../entities/EntityTag';
import { useStore } from '../store';
import { edited, outside, type Tag } from './draft';
import { FieldInk } from './FieldInk';
import { isComposing, replaceRange } from './replace-range';
import { LIST_ID, optionId } from './SuggestionList';
import type { SuggestionsState } from './suggestions';

type Props = {
  field: RefObject<HTMLTextAreaElement | null>;
  placeholder: string;
  suggestions: SuggestionsState;
  /** The cursor stands here, with nothing selected. */
  onCaret(caret: number | null): void;
  /** True when the key has been dealt with. */
  onKey(event: KeyboardEvent): boolean;
};

export function ComposerField({ field, placeholder, suggestions, onCaret, onKey }: Props) {
  const chat = useChat();
  const { composer } = useText();
  const draft = useStore(chat.draft);
  const enterKey = useStore(chat.enterKey);
  const [caret, setCaret] = useState(0);
  const preview = useEntityPreview();
  const { trigger, found, active } = suggestions;

  const onCaretMove = (at: number | null) => {
    if (at !== null) setCaret(at);
    onCaret(at);
  };
  const onPaste = (event: ClipboardEvent) => {
    const { files, types } = event.clipboardData;
    // Text that was copied from an office program brings a picture of itself along.
    if (!files.length || types.includes('text/plain') || !chat.uploads.limits) return;
    event.preventDefault();
    chat.uploads.add([...files]);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(event.nativeEvent) || onKey(event)) return;
    const { selectionStart: at, selectionEnd, value } = event.currentTarget;
    if (at !== selectionEnd) return;
    const tag = chat.draft.value.tags.find(
      ({ start, end }) =>
        (event.key === 'Backspace' && end === at) ||
        (event.key === 'Delete' && start === at && at < value.length),
    );
    if (!tag) return;
    event.preventDefault();
    replaceRange(event.currentTarget, tag.start, tag.end, '');
  };
  const onSelect = ({ currentTarget }: { currentTarget: HTMLTextAreaElement }) => {
    const { selectionStart, selectionEnd } = currentTarget;
    if (selectionStart !== selectionEnd) return onCaretMove(null);
    const at = outside(chat.draft.value.tags, selectionStart, caret);
    if (at !== selectionStart) currentTarget.setSelectionRange(at, at);
    onCaretMove(at);
  };
  /** The layer lies behind the field, so the tag under the pointer is looked for. */
  const tagUnder = ({ clientX, clientY }: PointerEvent | React.MouseEvent): [Tag, HTMLElement] | null => {
    if (!draft.tags.length) return null;
    const drawn = document.elementsFromPoint(clientX, clientY).find((one) => one.matches('.ink-tag'));
    const tag = draft.tags[Number((drawn as HTMLElement | undefined)?.dataset.tag)];
    return tag && drawn ? [tag, drawn as HTMLElement] : null;
  };

  return (
    <div className="field-scroll">
      <FieldInk text={draft.text} tags={draft.tags} />
      <textarea
        ref={field}
        aria-label={composer.label}
        aria-autocomplete={trigger ? 'list' : undefined}
        aria-controls={trigger ? LIST_ID : undefined}
        aria-activedescendant={trigger && found.length ? optionId(active) : undefined}
        placeholder={placeholder}
        // An empty field that is `auto` is written from the left, and cuts the beginning of a long Arabic placeholder.
        dir={draft.text ? 'auto' : directionOf(placeholder)}
        rows={1}
        value={draft.text}
        enterKeyHint={enterKey === 'send' ? 'send' : 'enter'}
        onChange={({ target }) => {
          chat.draft.update((before) =>
            edited(before, target.value, target.selectionStart, chat.entities.known),
          );
          onCaretMove(target.selectionStart);
        }}
        onSelect={onSelect}
        onBlur={() => onCaret(null)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onPointerMove={(event) => {
          const under = tagUnder(event);
          if (under) preview.show(under[0].entity, under[1]);
          else preview.hide();
        }}
        onPointerLeave={preview.hide}
        onClick={(event) => {
          const entity = tagUnder(event)?.[0].entity;
          const { onClick } = chat.options.value.entities ?? {};
          if (entity?.interactive && onClick) chat.callHost('entities.onClick', () => onClick(entity));
        }}
      />
      <EntityPreview preview={preview} />
    </div>
  );
}
