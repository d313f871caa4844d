import { Check, Pencil, X } from 'lucide-react';
import { type MouseEvent, useState } from 'react';
import { RenameField } from './RenameField';
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
          name="Label"
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
