import { type MouseEvent, useEffect, useRef, useState } from 'react';
import { useAppText } from '../language/app-language';
import { RenameField } from '../RenameField';
import { threadAddress } from '../share-link';
import type { ListedThread } from './history-api';
import { ThreadMenu } from './ThreadMenu';

type Props = {
  thread: ListedThread;
  isActive: boolean;
  onOpen: (threadId: string) => void;
  onRename: (threadId: string, title: string) => void;
  onPin: (threadId: string, pinned: boolean) => void;
  onDelete: (thread: ListedThread) => void;
};

/** A link, so that it can be copied, bookmarked and opened in another tab. */
export function ThreadRow({ thread, isActive, onOpen, onRename, onPin, onDelete }: Props) {
  const { chats } = useAppText();
  const [isRenaming, setRenaming] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const isFocusDue = useRef(false);
  const title = thread.title || chats.untitled;

  useEffect(() => {
    if (isRenaming || !isFocusDue.current) return;
    isFocusDue.current = false;
    link.current?.focus();
  }, [isRenaming]);

  if (isRenaming) {
    return (
      <li className="thread">
        <RenameField
          name={chats.title}
          label={thread.title ?? ''}
          fallback={chats.untitled}
          onRename={(given) => given.trim() !== (thread.title ?? '') && onRename(thread.id, given)}
          onEnd={() => {
            isFocusDue.current = true;
            setRenaming(false);
          }}
        />
      </li>
    );
  }
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onOpen(thread.id);
  };
  return (
    <li className="thread" data-active={isActive || undefined}>
      <a
        ref={link}
        href={threadAddress(thread.id)}
        aria-current={isActive ? 'true' : undefined}
        title={title}
        dir="auto"
        onClick={open}
        onDoubleClick={() => setRenaming(true)}
      >
        {title}
      </a>
      <ThreadMenu
        thread={thread}
        title={title}
        onRename={() => setRenaming(true)}
        onPin={() => onPin(thread.id, !thread.pinned_at)}
        onDelete={() => onDelete(thread)}
      />
    </li>
  );
}
