import { ChevronDown, X } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useText } from '../language/language';
import { useChangeAction } from './action-context';
import { variants } from './Button';
import { useField } from './fields';
import { NO_VALUE } from './form-values';
import type { NodeProps } from './Node';
import { flag, isObject, oneOf, words } from './read';
import { controlStyle } from './sizes';

export type Option = { value: string; label: string; description: string; disabled: boolean };

/** As ChatKit has it: from here on, one searches. */
const SEARCHED_FROM = 16;

const SelectField = lazy(() => import('./SelectField'));

export function Select({ node }: NodeProps) {
  const name = words(node.name);
  const options = optionsOf(node.options);
  const text = useText().widgets;
  const { id, label } = useField(name);
  const { change, loading } = useChangeAction(node.onChangeAction);
  const [value, setValue] = useState(() => words(node.defaultValue));
  const chosen = options.find((option) => option.value === value);
  const disabled = node.disabled === true;

  const choose = (next: string) => {
    setValue(next);
    change({ [name]: next === '' ? null : next });
  };
  const shown = chosen?.label ?? (words(node.placeholder) || text.chooseOption);
  return (
    <PickerFrame
      node={node}
      name={name}
      value={chosen ? value : ''}
      label={label}
      busy={loading}
      onClear={() => choose('')}
    >
      <Suspense fallback={<PickerFace id={id} text={shown} empty={!chosen} disabled />}>
        <SelectField
          id={id}
          label={label}
          options={options}
          value={chosen ? value : null}
          shown={shown}
          searchable={flag(node.searchable, options.length >= SEARCHED_FROM)}
          disabled={disabled}
          onChoose={choose}
        />
      </Suspense>
    </PickerFrame>
  );
}

function optionsOf(options: unknown): Option[] {
  return (Array.isArray(options) ? options : [])
    .filter(isObject)
    .map(({ value, label, description, disabled }) => ({
      value: words(value),
      label: words(label) || words(value),
      description: words(description),
      disabled: disabled === true,
    }));
}

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
          onClick={onClear}
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
