import type { CSSProperties } from 'react';
import type { WidgetNode } from '../protocol/types';
import { autofill, useFocusOnMount, usePattern } from './field-behavior';
import { useField } from './field-labels';
import { asNumber, asText } from './read-props';

type Props = { node: WidgetNode; editable: Record<string, unknown>; style: CSSProperties };

/** A text that is a field of its form: it looks like the text it is until it is about to be changed. */
export function EditableText({ node, editable, style }: Props) {
  const name = asText(editable.name);
  const { id, ariaLabel } = useField(name, editable.placeholder);
  const ref = useFocusOnMount<HTMLInputElement & HTMLTextAreaElement>(editable);
  const onInput = usePattern(ref, editable.pattern);
  const value = asText(node.value);
  const manyLines =
    value.includes('\n') || (asNumber(node.minLines) ?? 1) > 1 || (asNumber(node.maxLines) ?? 1) > 1;
  const props = {
    ref,
    id,
    name,
    className: 'w-editable',
    dir: 'auto',
    style,
    defaultValue: value,
    'aria-label': ariaLabel,
    placeholder: asText(editable.placeholder) || undefined,
    required: editable.required === true,
    autoComplete: asText(editable.autoComplete) || undefined,
    onInput,
    ...autofill(editable.allowAutofillExtensions),
  };
  return manyLines ? (
    <textarea {...props} rows={asNumber(node.minLines) ?? 1} />
  ) : (
    <input {...props} type="text" />
  );
}
