import { Plus } from 'lucide-react';
import { useRef } from 'react';
import { useText } from '../language/language';
import { useChat } from './context';
import { useStore } from './store';
import { acceptAttribute } from './upload-limits';

export function AttachButton() {
  const chat = useChat();
  const text = useText();
  const { composer } = useStore(chat.options);
  const field = useRef<HTMLInputElement>(null);
  const { attachments } = composer ?? {};
  if (!attachments?.enabled) return null;
  return (
    <>
      <button
        type="button"
        className="icon-button attach"
        aria-label={text.files.attach}
        title={text.files.attach}
        onClick={() => field.current?.click()}
      >
        <Plus size={20} aria-hidden />
      </button>
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
    </>
  );
}
