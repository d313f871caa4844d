import { Check, Copy } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../../language/language';
import { useCopy } from '../../ui/use-copy';

type Props = {
  label: string;
  /** What it says in place of its name, such as why it cannot be pressed. */
  title?: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
};

/** Never `disabled` itself, which would let go of the focus. */
export function ActionButton({ label, title = label, pressed, disabled, onClick, children }: Props) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={title}
      aria-pressed={pressed}
      aria-disabled={disabled || undefined}
      onClick={() => disabled || onClick()}
    >
      {children}
    </button>
  );
}

export function CopyButton({ label, text }: { label: string; text: string }) {
  const { message } = useText();
  const { copied, copy } = useCopy();
  return (
    <>
      <ActionButton label={label} onClick={() => copy(text)}>
        {copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
      </ActionButton>
      <span className="visually-hidden" role="status">
        {copied && message.copied}
      </span>
    </>
  );
}
