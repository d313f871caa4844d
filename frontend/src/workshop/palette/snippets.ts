/* What the palette puts into a template: a field with its label, a form with its button, else the node of the docs. */
import type { NodeType } from '../vocabulary';
import type { NodeJson } from './insert-node';

const labelled = (label: string, field: NodeJson): NodeJson => ({
  type: 'Col',
  gap: 1,
  children: [{ type: 'Label', value: label, fieldName: field.name as string }, field],
});
const options = [
  { value: 'small', label: 'Small' },
  { value: 'large', label: 'Large' },
];

const FIELDS: Record<string, (name: string) => NodeJson> = {
  Input: (name) => labelled('Name', { type: 'Input', name, required: true, placeholder: 'Ada Lovelace' }),
  Textarea: (name) => labelled('Message', { type: 'Textarea', name, rows: 3 }),
  Select: (name) =>
    labelled('Size', { type: 'Select', name, block: true, placeholder: 'Choose one', options }),
  DatePicker: (name) =>
    labelled('Day', { type: 'DatePicker', name, block: true, placeholder: 'Choose a day' }),
  Checkbox: (name) => ({ type: 'Checkbox', name, label: 'I agree' }),
  RadioGroup: (name) => ({ type: 'RadioGroup', name, ariaLabel: 'Size', options }),
};
const NAMES: Record<string, string> = {
  Input: 'name',
  Textarea: 'message',
  Select: 'size',
  DatePicker: 'day',
  Checkbox: 'agree',
  RadioGroup: 'choice',
};
const PLAIN: Record<string, NodeJson> = {
  Card: { type: 'Card', children: [] },
  ListView: { type: 'ListView', children: [] },
  Basic: { type: 'Basic', children: [] },
  Row: { type: 'Row', children: [] },
  Col: { type: 'Col', children: [] },
  Box: { type: 'Box', padding: 3, radius: 'lg', background: 'surface-secondary', children: [] },
  Form: {
    type: 'Form',
    onSubmitAction: { type: 'form.send' },
    children: [{ type: 'Button', label: 'Send', submit: true, style: 'primary' }],
  },
  Button: { type: 'Button', label: 'Button', onClickAction: { type: 'button.click' } },
};

/** The node to put in. A field is named anew where the template has one of that name: two of one name are one field. */
export function snippet(name: string, { example }: NodeType, template: string): NodeJson {
  const field = FIELDS[name];
  if (!field) return PLAIN[name] ?? first(example, name) ?? { type: name };
  const base = NAMES[name] as string;
  let free = base;
  for (let count = 2; template.includes(`"name": "${free}"`); count += 1) free = `${base}_${count}`;
  return field(free);
}

function first(node: NodeJson, type: string): NodeJson | undefined {
  if (node.type === type) return node;
  const inside = Array.isArray(node.children) ? node.children : [node.children ?? null];
  for (const child of inside) {
    const found = child && first(child as NodeJson, type);
    if (found) return found;
  }
  return undefined;
}
