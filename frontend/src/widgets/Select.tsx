import { lazy, Suspense, useState } from 'react';
import { useText } from '../language/language';
import { useChangeAction } from './action-context';
import { useField } from './field-labels';
import type { NodeProps } from './Node';
import { PickerFace, PickerFrame } from './Picker';
import { asBoolean, asText } from './read-props';
import { optionsOf } from './select-options';

/** As ChatKit has it: a select with so many options can be searched. */
const SEARCHED_FROM = 16;

const SelectField = lazy(() => import('./SelectField'));

export function Select({ node }: NodeProps) {
  const name = asText(node.name);
  const options = optionsOf(node.options);
  const text = useText().widgets;
  const { id, label } = useField(name);
  const { change, loading } = useChangeAction(node.onChangeAction);
  const [value, setValue] = useState(() => asText(node.defaultValue));
  const chosen = options.find((option) => option.value === value);
  const disabled = node.disabled === true;

  const choose = (next: string) => {
    setValue(next);
    change({ [name]: next === '' ? null : next });
  };
  const displayText = chosen?.label ?? (asText(node.placeholder) || text.chooseOption);
  return (
    <PickerFrame
      node={node}
      name={name}
      value={chosen ? value : ''}
      label={label}
      busy={loading}
      onClear={() => choose('')}
    >
      <Suspense fallback={<PickerFace id={id} text={displayText} empty={!chosen} disabled />}>
        <SelectField
          id={id}
          label={label}
          options={options}
          value={chosen ? value : null}
          displayText={displayText}
          searchable={asBoolean(node.searchable, options.length >= SEARCHED_FROM)}
          disabled={disabled}
          onChoose={choose}
        />
      </Suspense>
    </PickerFrame>
  );
}
