import { ChevronDown, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useText } from '../language/language';
import { variants } from './Button';
import { NO_VALUE } from './form-values';
import type { NodeProps } from './Node';
import { oneOf } from './read-props';
import { controlStyle } from './sizes';

type FrameProps = NodeProps & {
  name: string;
  value: string;
  label: string;
  busy: boolean;
  onClear: () => void;
  children: ReactNode;
};

/** What Select and DatePicker have in common: their looks, their value for a form, and the way to clear it. */
export function PickerFrame({ node, name, value, label, busy, onClear, children }: FrameProps) {
  const text = useText().widgets;
  const disabled = node.disabled === true;
  const clearable = node.clearable === true;
  return (
    <div
      className="w-picker"
      data-variant={oneOf(node.variant, variants) ?? 'outline'}
      data-pill={node.pill === true ? '' : undefined}
      data-block={node.block === true ? '' : undefined}
      data-clearable={clearable ? '' : undefined}
      data-disabled={disabled ? '' : undefined}
      aria-busy={busy || undefined}
      style={controlStyle(node.size)}
    >
      {children}
      {clearable && value !== '' && !disabled && (
        <button
          type="button"
          className="w-clear"
          aria-label={text.clear(label)}
          title={text.clear(label)}
          onClick={({ currentTarget }) => {
            // The button goes away with the value.
            currentTarget.parentElement?.querySelector<HTMLElement>('.w-picker-face')?.focus();
            onClear();
          }}
        >
          <X size={14} aria-hidden />
        </button>
      )}
      <input
        type="hidden"
        name={name}
        value={value}
        disabled={disabled}
        {...(value === '' && { [NO_VALUE]: '' })}
      />
    </div>
  );
}

type FaceProps = { id: string; text: string; empty: boolean; disabled: boolean; icon?: ReactNode };

/** What stands there until the part that opens has come. */
export const PickerFace = ({ id, text, empty, disabled, icon }: FaceProps) => (
  <button
    id={id}
    type="button"
    className="w-picker-face"
    data-empty={empty ? '' : undefined}
    disabled={disabled}
  >
    {icon}
    <span className="w-picker-value">{text}</span>
    <ChevronDown size={15} aria-hidden />
  </button>
);
