import { Braces, Ellipsis, FileText, Pencil, Pin, PinOff, Trash2 } from 'lucide-react';
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { useAppText } from '../language/app-language';
import { exportUrl, type ListedThread } from './history-api';

type Props = {
  thread: ListedThread;
  title: string;
  onRename: () => void;
  onPin: () => void;
  onDelete: () => void;
};

/** The actions of a thread behind one button. */
export function ThreadMenu({ thread, title, onRename, onPin, onDelete }: Props) {
  const { chats } = useAppText();
  const [place, setPlace] = useState<DOMRect | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const close = (isFocused = true) => {
    setPlace(null);
    if (isFocused) opener.current?.focus();
  };
  const act = (action: () => void) => () => {
    close();
    action();
  };
  return (
    <>
      <button
        ref={opener}
        type="button"
        className="icon-button tiny thread-more"
        aria-label={chats.actions(title)}
        aria-haspopup="menu"
        aria-expanded={place !== null}
        onClick={(event) => setPlace(place ? null : event.currentTarget.getBoundingClientRect())}
      >
        <Ellipsis size={16} aria-hidden />
      </button>
      {place && (
        <Menu label={chats.actions(title)} beside={place} opener={opener} onClose={close}>
          <button type="button" role="menuitem" onClick={act(onRename)}>
            <Pencil size={15} aria-hidden />
            {chats.rename}
          </button>
          <button type="button" role="menuitem" onClick={act(onPin)}>
            {thread.pinned_at ? <PinOff size={15} aria-hidden /> : <Pin size={15} aria-hidden />}
            {thread.pinned_at ? chats.unpin : chats.pin}
          </button>
          <a role="menuitem" href={exportUrl(thread.id, 'markdown')} download onClick={() => close()}>
            <FileText size={15} aria-hidden />
            {chats.asMarkdown}
          </a>
          <a role="menuitem" href={exportUrl(thread.id, 'json')} download onClick={() => close()}>
            <Braces size={15} aria-hidden />
            {chats.asJson}
          </a>
          <button type="button" role="menuitem" className="danger" onClick={act(onDelete)}>
            <Trash2 size={15} aria-hidden />
            {chats.delete}
          </button>
        </Menu>
      )}
    </>
  );
}

type MenuProps = {
  label: string;
  beside: DOMRect;
  opener: React.RefObject<HTMLElement | null>;
  onClose: (isFocused?: boolean) => void;
  children: React.ReactNode;
};

function Menu({ label, beside, opener, onClose, children }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const closing = useRef(onClose);
  closing.current = onClose;

  useLayoutEffect(() => {
    const box = menu.current;
    if (!box) return;
    const { width, height } = box.getBoundingClientRect();
    const isRtl = getComputedStyle(box).direction === 'rtl';
    const left = isRtl ? beside.left : beside.right - width;
    box.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    const below = beside.bottom + 4;
    box.style.top = `${below + height > innerHeight - 8 ? Math.max(8, beside.top - height - 4) : below}px`;
    box.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    const leave = (event: Event) => {
      const at = event.target as Node;
      if (!box.contains(at) && !opener.current?.contains(at)) closing.current(false);
    };
    // A click into the chat is one into its frame: this page only loses the focus.
    const blur = () => closing.current(false);
    addEventListener('pointerdown', leave, true);
    addEventListener('resize', blur);
    addEventListener('blur', blur);
    return () => {
      removeEventListener('pointerdown', leave, true);
      removeEventListener('resize', blur);
      removeEventListener('blur', blur);
    };
  }, [beside, opener]);

  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items.at(to % items.length)?.focus();
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      // Else Escape would close the drawer around it, too.
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
  };
  return (
    <div ref={menu} className="menu" role="menu" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
      {children}
    </div>
  );
}
