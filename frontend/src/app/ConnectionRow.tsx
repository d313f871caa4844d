import { Check, Pencil, X } from 'lucide-react';
import { type MouseEvent, useRef, useState } from 'react';
import { addressOf, type Target } from './share-link';
import { useFocusReturn } from './use-focus-return';

type Props = {
  target: Target;
  name: string;
  about: string;
  isActive: boolean;
  onChoose: (target: Target) => void;
  /** What a rename begins with; absent where there is nothing to rename. */
  label?: string;
  onRename?: (label: string) => void;
  onDelete?: () => void;
};

/** A link, so that it can be copied, bookmarked and opened in another tab. */
export function ConnectionRow(props: Props) {
  const { target, name, about, isActive, onChoose, onRename, onDelete } = props;
  const [isRenaming, setRenaming] = useState(false);
  const { opener, returnFocus } = useFocusReturn();

  if (isRenaming && onRename) {
    return (
      <li className="connection">
        <RenameField
          label={props.label ?? ''}
          fallback={about}
          onRename={onRename}
          onEnd={() => {
            setRenaming(false);
            returnFocus();
          }}
        />
      </li>
    );
  }
  const choose = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onChoose(target);
  };
  return (
    <li className="connection" data-active={isActive || undefined}>
      <a
        href={addressOf(target)}
        aria-current={isActive ? 'page' : undefined}
        title={target.id}
        onClick={choose}
      >
        <span className="connection-name">{name}</span>
        <span className="connection-about">{about}</span>
      </a>
      {isActive && <Check className="connection-mark" size={16} aria-hidden />}
      {onRename && onDelete && (
        <span className="connection-tools">
          <button
            ref={opener}
            type="button"
            className="icon-button tiny"
            aria-label={`Rename ${name}`}
            title="Rename"
            onClick={() => setRenaming(true)}
          >
            <Pencil size={14} aria-hidden />
          </button>
          <button
            type="button"
            className="icon-button tiny"
            aria-label={`Delete ${name}`}
            title="Delete"
            onClick={onDelete}
          >
            <X size={15} aria-hidden />
          </button>
        </span>
      )}
    </li>
  );
}

type RenameProps = { label: string; fallback: string; onRename: (label: string) => void; onEnd: () => void };

/** Enter and leaving keep what was typed, Escape does not. */
function RenameField({ label, fallback, onRename, onEnd }: RenameProps) {
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
      aria-label="Label"
      defaultValue={label}
      placeholder={fallback}
      maxLength={80}
      // biome-ignore lint/a11y/noAutofocus: the user has just asked for this field
      autoFocus
      onFocus={(event) => event.target.select()}
      onBlur={(event) => end(event.target.value)}
      onKeyDown={(event) => {
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
