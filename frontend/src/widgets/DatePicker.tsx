import { Calendar } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useLanguage } from '../language/language';
import { useChangeAction } from './action-context';
import { useField } from './field-labels';
import type { NodeProps } from './Node';
import { PickerFace, PickerFrame } from './Picker';
import { asText, oneOf } from './read-props';

const DateField = lazy(() => import('./DateField'));

/**
 * A day without a time, as YYYY-MM-DD: what the widget's author wrote as a date-time is the day that stands in it,
 * whatever zone the reader is in.
 */
export function DatePicker({ node }: NodeProps) {
  const name = asText(node.name);
  const { date, text: all } = useLanguage();
  const text = all.widgets;
  const { id, label } = useField(name);
  const { change, loading } = useChangeAction(node.onChangeAction);
  const [value, setValue] = useState(() => dayOf(node.defaultValue));
  const disabled = node.disabled === true;

  const choose = (day: string) => {
    setValue(day);
    change({ [name]: day === '' ? null : day });
  };
  const displayText = value ? date(value) : asText(node.placeholder) || text.chooseDate;
  const icon = <Calendar size={15} aria-hidden />;
  return (
    <PickerFrame
      node={node}
      name={name}
      value={value}
      label={label}
      busy={loading}
      onClear={() => choose('')}
    >
      <Suspense fallback={<PickerFace id={id} text={displayText} empty={!value} icon={icon} disabled />}>
        <DateField
          id={id}
          label={label}
          value={value}
          displayText={displayText}
          min={dayOf(node.min)}
          max={dayOf(node.max)}
          side={oneOf(node.side, ['top', 'bottom', 'left', 'right']) ?? 'bottom'}
          align={oneOf(node.align, ['start', 'center', 'end']) ?? 'start'}
          disabled={disabled}
          onChoose={choose}
        />
      </Suspense>
    </PickerFrame>
  );
}

function dayOf(value: unknown): string {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(asText(value))?.[0] ?? '';
  return Number.isNaN(Date.parse(day)) ? '' : day;
}
