import { Check } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { NamedIcon } from '../widgets/icons';

export type MenuEntry = {
  id: string;
  label: string;
  description?: string;
  icon?: ReactNode | string;
  /** For entries of which one is chosen. */
  checked?: boolean;
  disabled?: boolean;
  onChoose(): void;
};

type Props = {
  label: string;
  title?: string;
  className: string;
  entries: MenuEntry[];
  /** At which end of the line its menu stands. */
  side: 'start' | 'end';
  children: ReactNode;
};

/** A button with a menu above it, by the keyboard as the ARIA pattern "menu button" has it. */
export function MenuButton({ label, title, className, entries, side, children }: Props) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    (itemsOf(menu.current).find((item) => item.ariaChecked === 'true') ?? itemsOf(menu.current)[0])?.focus();
    const onPointerDown = ({ target }: PointerEvent) => {
      if (target instanceof Node && !menu.current?.contains(target) && !button.current?.contains(target))
        setOpen(false);
    };
    addEventListener('pointerdown', onPointerDown);
    return () => removeEventListener('pointerdown', onPointerDown);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onMenuKey = (event: KeyboardEvent) => {
    if (event.key === 'Tab') return setOpen(false);
    if (event.key === 'Escape') {
      event.preventDefault();
      return close();
    }
    const items = itemsOf(menu.current);
    const at = items.indexOf(document.activeElement as HTMLElement);
    const next = nextOf(event.key, items, at);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  const onButtonKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    setOpen(true);
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        title={title ?? label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        onKeyDown={onButtonKey}
      >
        {children}
      </button>
      {open && (
        <div
          ref={menu}
          id={id}
          role="menu"
          aria-label={label}
          className="popup menu"
          data-side={side}
          tabIndex={-1}
          onKeyDown={onMenuKey}
        >
          {entries.map(({ id: key, label: name, description, icon, checked, disabled, onChoose }) => (
            <button
              key={key}
              type="button"
              {...(checked === undefined
                ? { role: 'menuitem' }
                : { role: 'menuitemradio', 'aria-checked': checked })}
              aria-disabled={disabled || undefined}
              tabIndex={-1}
              className="popup-entry"
              onClick={() => {
                if (disabled) return;
                close();
                onChoose();
              }}
              onPointerMove={({ currentTarget }) => currentTarget.focus({ preventScroll: true })}
            >
              {typeof icon === 'string' ? <NamedIcon name={icon} size={17} /> : icon}
              <span className="popup-words">
                <span dir="auto">{name}</span>
                {description && <small dir="auto">{description}</small>}
              </span>
              {checked && <Check size={16} aria-hidden />}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

const itemsOf = (menu: HTMLElement | null) => [
  ...(menu?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? []),
];

function nextOf(key: string, items: HTMLElement[], at: number): HTMLElement | undefined {
  switch (key) {
    case 'ArrowDown':
      return items[(at + 1) % items.length];
    case 'ArrowUp':
      return items.at(at - 1);
    case 'Home':
      return items[0];
    case 'End':
      return items.at(-1);
  }
  if (key.length !== 1 || key === ' ') return undefined;
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  const letter = key.toLocaleLowerCase();
  return after.find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(letter));
}
