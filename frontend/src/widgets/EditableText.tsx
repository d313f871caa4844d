import type { CSSProperties } from 'react';
import type { WidgetNode } from '../protocol/types';
import { autofill, useFocusOnMount, usePattern } from './field-behavior';
import { useField } from './fields';
import { number, words } from './read';

type Props = { node: WidgetNode; editable: Record<string, unknown>; style: CSSProperties };

/** A text that is a field of its form: it looks like the text it is until somebody is about to change it. */
export function EditableText({ node, editable, style }: Props) {
  const name = words(editable.name);
  const { id, ariaLabel } = useField(name, editable.placeholder);
  const ref = useFocusOnMount<HTMLInputElement & HTMLTextAreaElement>(editable);
  const onInput = usePattern(ref, editable.pattern);
  const value = words(node.value);
  const manyLines =
    value.includes('\n') || (number(node.minLines) ?? 1) > 1 || (number(node.maxLines) ?? 1) > 1;
  const props = {
    ref,
    id,
    name,
    className: 'w-editable',
    style,
    defaultValue: value,
    'aria-label': ariaLabel,
    placeholder: words(editable.placeholder) || undefined,
    required: editable.required === true,
    autoComplete: words(editable.autoComplete) || undefined,
    onInput,
    ...autofill(editable.allowAutofillExtensions),
  };
  return manyLines ? (
    <textarea {...props} rows={number(node.minLines) ?? 1} />
  ) : (
    <input {...props} type="text" />
  );
}
