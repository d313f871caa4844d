import { type ReactNode, useContext, useId } from 'react';
import { useChangeAction } from './action-context';
import { SubmissionContext } from './Form';
import { useField } from './field-labels';
import type { NodeProps } from './Node';
import { asText, isObject, oneOf } from './read-props';

type ChoiceProps = { disabled: boolean; input: ReactNode; label: string };

const Choice = ({ disabled, input, label }: ChoiceProps) => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the input is handed in
  <label className="w-choice" data-disabled={disabled ? '' : undefined}>
    {input}
    {label && <span dir="auto">{label}</span>}
  </label>
);

export function Checkbox({ node }: NodeProps) {
  const name = asText(node.name);
  const label = asText(node.label);
  const { id, ariaLabel } = useField(name);
  const { change, loading } = useChangeAction(node.onChangeAction);
  const disabled = node.disabled === true;
  return (
    <Choice
      disabled={disabled}
      label={label}
      input={
        <input
          id={id}
          type="checkbox"
          name={name}
          aria-label={label ? undefined : ariaLabel}
          aria-busy={loading || undefined}
          defaultChecked={node.defaultChecked === true}
          disabled={disabled}
          required={node.required === true}
          onChange={(event) => change({ [name]: event.target.checked })}
        />
      }
    />
  );
}

export function RadioGroup({ node }: NodeProps) {
  const name = asText(node.name);
  const { id, label } = useField(name);
  const { change, loading } = useChangeAction(node.onChangeAction);
  // Radios of one name exclude each other within a form; without a form, within the whole page.
  const alone = useId();
  const shared = useContext(SubmissionContext) ? name : alone;
  const options = (Array.isArray(node.options) ? node.options : []).filter(isObject);
  return (
    <div
      role="radiogroup"
      id={id}
      className="w-radios"
      data-direction={oneOf(node.direction, ['row', 'col']) ?? 'row'}
      aria-label={asText(node.ariaLabel) || label}
      aria-required={node.required === true || undefined}
      aria-busy={loading || undefined}
    >
      {options.map((option) => {
        const value = asText(option.value);
        const disabled = node.disabled === true || option.disabled === true;
        return (
          <Choice
            key={value}
            disabled={disabled}
            label={asText(option.label) || value}
            input={
              <input
                type="radio"
                name={shared}
                value={value}
                defaultChecked={node.defaultValue === option.value}
                disabled={disabled}
                required={node.required === true}
                onChange={() => change({ [name]: value })}
              />
            }
          />
        );
      })}
    </div>
  );
}
