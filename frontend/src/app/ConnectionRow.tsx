import { Check, Pencil, X } from 'lucide-react';
import { type MouseEvent, useState } from 'react';
import { useAppText } from './language/app-language';
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
  const { hosted, chats, fields } = useAppText();
  const [isRenaming, setRenaming] = useState(false);
  const { opener, returnFocus } = useFocusReturn();

  if (isRenaming && onRename) {
    return (
      <li className="connection">
        <RenameField
          name={fields.label}
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
        <bdi className="connection-name">{name}</bdi>
        <bdi className="connection-about">{about}</bdi>
      </a>
      {isActive && <Check className="connection-mark" size={16} aria-hidden />}
      {onRename && onDelete && (
        <span className="connection-tools">
          <button
            ref={opener}
            type="button"
            className="icon-button tiny"
            aria-label={hosted.rename(name)}
            title={chats.rename}
            onClick={() => setRenaming(true)}
          >
            <Pencil size={14} aria-hidden />
          </button>
          <button
            type="button"
            className="icon-button tiny"
            aria-label={hosted.delete(name)}
            title={chats.delete}
            onClick={onDelete}
          >
            <X size={15} aria-hidden />
          </button>
        </span>
      )}
    </li>
  );
}
