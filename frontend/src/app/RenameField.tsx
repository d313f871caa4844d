import { useRef } from 'react';

type Props = {
  /** The name of the field. */
  name: string;
  label: string;
  fallback: string;
  onRename: (label: string) => void;
  onEnd: () => void;
};

/** Enter and leaving keep what was typed, Escape does not. */
export function RenameField({ name, label, fallback, onRename, onEnd }: Props) {
  const given = useRef(false);
  const end = (text: string | null) => {
    if (given.current) return;
    given.current = true;
    if (text !== null) onRename(text);
    onEnd();
  };
  return (
    <input
      className="input"
      aria-label={name}
      defaultValue={label}
      placeholder={fallback}
      maxLength={80}
      dir="auto"
      // biome-ignore lint/a11y/noAutofocus: the user has just asked for this field
      autoFocus
      onFocus={(event) => event.target.select()}
      onBlur={(event) => end(event.target.value)}
      onKeyDown={(event) => {
        // What an input method takes its words with is not meant for the field.
        if (event.nativeEvent.isComposing) return;
        if (event.key === 'Enter') {
          // Else it would press the button that gets the focus next.
          event.preventDefault();
          end(event.currentTarget.value);
        }
        if (event.key === 'Escape') {
          // Else it would close the drawer around it, too.
          event.preventDefault();
          end(null);
        }
        event.stopPropagation();
      }}
    />
  );
}
