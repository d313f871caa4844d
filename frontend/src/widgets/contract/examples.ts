/** What the test of the renderers puts into nodes and props. */
import type { WidgetNode } from '../../protocol/types';

const text = { type: 'Text', value: 'Words' };
const cell = { type: 'Table.Cell', children: [text] };

/** The least of a node with which each of its props can be seen. */
export const bases: Record<string, WidgetNode> = {
  Badge: { type: 'Badge', label: 'New' },
  Basic: { type: 'Basic', children: [text] },
  Box: { type: 'Box', children: [text] },
  Button: { type: 'Button', label: 'Go', iconStart: 'star' },
  Caption: { type: 'Caption', value: 'Words' },
  Card: {
    type: 'Card',
    children: [text],
    confirm: { label: 'Yes', action: { type: 'a' } },
    cancel: { label: 'No', action: { type: 'b' } },
    status: { text: 'Status' },
  },
  Chart: {
    type: 'Chart',
    xAxis: { dataKey: 'month' },
    data: [
      { month: 'Jan', sold: 4, back: 2 },
      { month: 'Feb', sold: 9, back: 1 },
      { month: 'Mar', sold: 3, back: 3 },
    ],
    series: [
      { type: 'bar', dataKey: 'sold' },
      { type: 'bar', dataKey: 'back', stack: 'pile' },
    ],
  },
  Checkbox: { type: 'Checkbox', name: 'c' },
  Col: { type: 'Col', children: [text] },
  DatePicker: { type: 'DatePicker', name: 'd' },
  Divider: { type: 'Divider' },
  Form: { type: 'Form', children: [text] },
  Icon: { type: 'Icon', name: 'star' },
  Image: { type: 'Image', src: 'https://example.com/a.png' },
  Input: { type: 'Input', name: 'i' },
  Label: { type: 'Label', value: 'Name', fieldName: 'i' },
  ListView: {
    type: 'ListView',
    status: { text: 'Status' },
    children: [1, 2, 3].map((number) => ({
      type: 'ListViewItem',
      children: [{ ...text, value: `${number}` }],
    })),
  },
  ListViewItem: { type: 'ListViewItem', children: [text] },
  Markdown: { type: 'Markdown', value: 'Words' },
  RadioGroup: { type: 'RadioGroup', name: 'r', options: [{ value: 'a', label: 'A' }] },
  Row: { type: 'Row', children: [text] },
  Select: { type: 'Select', name: 's', options: [{ value: 'a', label: 'A' }] },
  Spacer: { type: 'Spacer' },
  Table: { type: 'Table', children: [{ type: 'Table.Row', children: [cell] }] },
  'Table.Cell': cell,
  'Table.Row': { type: 'Table.Row', children: [cell] },
  Text: { type: 'Text', value: 'Words' },
  Textarea: { type: 'Textarea', name: 't' },
  Title: { type: 'Title', value: 'Words' },
  Transition: { type: 'Transition', children: text },
};

/** A part of a table stands in one; everything else may stand alone. */
export function placed(node: WidgetNode): WidgetNode {
  if (node.type === 'Table.Cell')
    return { type: 'Table', children: [{ type: 'Table.Row', children: [node] }] };
  return node.type === 'Table.Row' ? { type: 'Table', children: [node] } : node;
}

/** Props that mean something only beside others. */
export const neededBeside: Record<string, object> = {
  'Card.status.frame': { status: { text: 'Status', favicon: 'https://example.com/f.ico' } },
  'ListView.status.frame': { status: { text: 'Status', favicon: 'https://example.com/f.ico' } },
  'Textarea.maxRows': { autoResize: true, maxRows: 5 },
};

/** By the last step of a prop's path, for those that are not plainly switched on. */
const examples: Record<string, unknown> = {
  children: [{ type: 'Badge', label: 'Another child' }],
  background: 'rebeccapurple',
  color: 'rebeccapurple',
  light: 'rebeccapurple',
  dark: 'rebeccapurple',
  defaultValue: 'a',
  flex: 3,
  aspectRatio: '16/9',
  limit: 1,
  showLegend: false,
  pill: true,
  icon: 'bolt',
  iconStart: 'bolt',
  iconEnd: 'bolt',
  favicon: 'https://example.com/f.ico',
  src: 'https://example.com/b.png',
  data: [{ month: 'May', sold: 1 }],
  series: [{ type: 'line', dataKey: 'sold' }],
  options: [{ value: 'b', label: 'B' }],
  xAxis: 'sold',
  labels: { Jan: 'January' },
  dataKey: 'back',
  editable: { name: 'edited' },
  status: { text: 'Another status' },
  pattern: '[0-9]+',
};
/** Props that are a switch, or a length or count, so that one kind of example fits all of them. */
const switches =
  /^(asForm|autoFocus|autoResize|autoSelect|allowAutofillExtensions|block|clearable|collapsed|defaultChecked|disabled|flush|frame|header|hide|italic|lineThrough|required|searchable|show\w+|streaming|submit|truncate|uniform)$/;
const lengths =
  /^(gap|padding|margin|(min|max)?(height|width|size)|(min|max)(Height|Width|Size)|top|right|bottom|left|x|y|border|spacing|rows|maxRows|(min|max)Lines|bar(Category)?Gap|(col|row)Span|size)$/;
const ofNode: Record<string, unknown> = {
  'Button.pill': false,
  'DatePicker.defaultValue': '2026-12-24T00:00:00Z',
  'DatePicker.min': '2026-12-24T00:00:00Z',
  'DatePicker.max': '2026-12-24T00:00:00Z',
  'Chart.showTooltip': false,
  'Icon.name': 'bolt',
  'Textarea.maxRows': 20,
};

export function exampleOf(path: string, type: string): unknown {
  const last = path.split('.').at(-1) ?? '';
  if (path === 'type') return type;
  const known = [`${type}.${path}`, last];
  if (Object.hasOwn(ofNode, known[0] as string)) return ofNode[known[0] as string];
  if (Object.hasOwn(examples, last)) return examples[last];
  if (last.endsWith('Action') || last === 'action') return { type: 'example', payload: { a: 1 } };
  if (switches.test(last)) return true;
  return lengths.test(last) ? 7 : 'Example';
}

/** Not read where a widget is drawn: who a node is (its parent asks), and what an action does when it runs. */
export const isUnread = (path: string) =>
  ['key', 'id', 'payload', 'handler', 'loadingBehavior', 'streaming'].includes(
    path.split('.').at(-1) ?? '',
  ) &&
  (path === 'key' || path === 'id' || /[aA]ction\./.test(path));

/** What cannot be seen where a widget is merely drawn, and where else it is tested. */
const unseen = [
  // Who a node is, for updates: updates.test.tsx.
  /\.(key|id|type)$/,
  // actions.test.tsx and form.test.tsx.
  /\.(\w*[aA]ction)(\.\w+)?$/,
  // A focus is no mark in the page: fields.test.tsx.
  /\.(autoFocus|autoSelect|pattern)$/,
  // In what opens: pickers.test.tsx.
  /^DatePicker\.(min|max|side|align)$/,
  /^Select\.(searchable|options\.(description|disabled))$/,
  // Under the pointer.
  /^Chart\.showTooltip$/,
  // What recharts makes of a curve is its own; that we know all of them is tested below.
  /^Chart\.series\.curveType$/,
  // Only while words come in.
  /^Markdown\.streaming$/,
];
export const isUnseen = (path: string) => unseen.some((pattern) => pattern.test(path));
