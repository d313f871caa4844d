import { Paperclip, Plus } from 'lucide-react';
import { type RefObject, useRef } from 'react';
import { useText } from '../../language/language';
import { useChat } from '../context';
import { MenuButton } from '../MenuButton';
import { useStore } from '../store';
import { acceptAttribute } from './upload-limits';

/** One button for what a message can be given: files at once where there is nothing else, or a menu. */
export function AddButton({ picker }: { picker: RefObject<HTMLInputElement | null> }) {
  const chat = useChat();
  const text = useText();
  const { composer } = useStore(chat.options);
  const chosen = useStore(chat.selection.tool);
  const tools = (composer?.tools ?? []).filter(({ pinned }) => !pinned);
  const files = composer?.attachments?.enabled ?? false;
  const attach = () => picker.current?.click();

  if (!tools.length) {
    return files ? (
      <button
        type="button"
        className="icon-button attach"
        aria-label={text.files.attach}
        title={text.files.attach}
        onClick={attach}
      >
        <Plus size={20} aria-hidden />
      </button>
    ) : null;
  }
  const entries = [
    ...(files
      ? [{ id: '+', label: text.files.attach, icon: <Paperclip size={17} aria-hidden />, onChoose: attach }]
      : []),
    ...tools.map(({ id, label, icon }) => ({
      id,
      label,
      icon,
      checked: id === chosen?.id,
      onChoose: () => {
        chat.selection.chooseTool(id === chosen?.id ? null : id);
        void chat.focusComposer();
      },
    })),
  ];
  return (
    <MenuButton
      label={files ? text.composer.add : text.composer.tools}
      className="icon-button attach"
      side="start"
      entries={entries}
    >
      <Plus size={20} aria-hidden />
    </MenuButton>
  );
}

/** The browser's own file dialog: its input, to be put somewhere, and a way to open it. */
export function useFilePicker() {
  const chat = useChat();
  const { composer } = useStore(chat.options);
  const { attachments } = composer ?? {};
  const field = useRef<HTMLInputElement>(null);
  const input = attachments?.enabled ? (
    <input
      ref={field}
      type="file"
      hidden
      aria-hidden
      data-testid="files"
      multiple={attachments.maxCount !== 1}
      accept={acceptAttribute(attachments.accept)}
      onChange={({ target }) => {
        chat.uploads.add([...(target.files ?? [])]);
        // The same file may be chosen again after it was removed.
        target.value = '';
        void chat.focusComposer();
      }}
    />
  ) : null;
  return { field, input };
}
