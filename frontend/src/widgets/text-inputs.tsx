import { useLayoutEffect, useRef } from 'react';
import { autofill, useFocusOnMount, usePattern } from './field-behavior';
import { useField } from './field-labels';
import type { NodeProps } from './Node';
import { asNumber, asText, oneOf } from './read-props';
import { controlStyle } from './sizes';

const inputTypes = ['number', 'email', 'text', 'password', 'tel', 'url'] as const;

/** What both kinds of text field make of their node. */
const shared = (node: NodeProps['node']) => ({
  name: asText(node.name),
  dir: 'auto',
  'data-variant': oneOf(node.variant, ['soft', 'outline']) ?? 'outline',
  style: controlStyle(node.size, node.gutterSize),
  defaultValue: asText(node.defaultValue),
  placeholder: asText(node.placeholder) || undefined,
  required: node.required === true,
  disabled: node.disabled === true,
  ...autofill(node.allowAutofillExtensions),
});

export function Input({ node }: NodeProps) {
  const { id, ariaLabel } = useField(asText(node.name), node.placeholder);
  const ref = useFocusOnMount<HTMLInputElement>(node);
  const onInput = usePattern(ref, node.pattern);
  return (
    <input
      ref={ref}
      id={id}
      className="w-input"
      aria-label={ariaLabel}
      type={oneOf(node.inputType, inputTypes) ?? 'text'}
      step={node.inputType === 'number' ? 'any' : undefined}
      data-pill={node.pill === true ? '' : undefined}
      onInput={onInput}
      {...shared(node)}
    />
  );
}

export function Textarea({ node }: NodeProps) {
  const { id, ariaLabel } = useField(asText(node.name), node.placeholder);
  const ref = useFocusOnMount<HTMLTextAreaElement>(node);
  const check = usePattern(ref, node.pattern);
  const rows = asNumber(node.rows) ?? 3;
  const grows = node.autoResize === true;
  const most = Math.max(rows, asNumber(node.maxRows) ?? 12);
  const fit = useRef(() => {});
  fit.current = () => {
    const area = ref.current;
    if (!area || !grows) return;
    area.rows = rows;
    const { lineHeight } = getComputedStyle(area);
    const line = Number.parseFloat(lineHeight) || 20;
    const missing = Math.ceil((area.scrollHeight - area.clientHeight) / line);
    area.rows = Math.min(most, rows + Math.max(0, missing));
  };
  useLayoutEffect(() => fit.current());
  return (
    <textarea
      ref={ref}
      id={id}
      className="w-input w-textarea"
      aria-label={ariaLabel}
      rows={rows}
      data-grows={grows ? most : undefined}
      onInput={() => {
        check();
        fit.current();
      }}
      {...shared(node)}
    />
  );
}
