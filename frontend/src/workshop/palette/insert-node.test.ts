import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { insertion, type NodeJson } from './insert-node';
import { nodesIn } from './template-nodes';

const TEXT: NodeJson = { type: 'Text', value: 'new' };

/** The template with a node put where the mark `|` is, which is where the cursor is then. */
function put(marked: string, ...nodes: NodeJson[]): string {
  let cursor = marked.indexOf('|');
  let template = marked.replace('|', '');
  for (const node of nodes) {
    const { text, at, cursor: next } = insertion(template, cursor, node);
    template = template.slice(0, at) + text + template.slice(at);
    cursor = next;
  }
  return template;
}
const values = (template: string) =>
  JSON.parse(template).children.map((node: { value: string }) => node.value);

test('a node goes behind the one that the cursor is in, with its comma', () => {
  const template = '{"type":"Card","children":[{"type":"Text","value":"a|"},{"type":"Text","value":"b"}]}';
  expect(values(put(template, TEXT))).toEqual(['a', 'new', 'b']);
  expect(values(put(template.replace('|', '').replace('"b"', '"b|"'), TEXT))).toEqual(['a', 'b', 'new']);
});

test('between the brackets it goes where the cursor is, also first and into an empty one', () => {
  expect(values(put('{"type":"Card","children":[|{"type":"Text","value":"a"}]}', TEXT))).toEqual([
    'new',
    'a',
  ]);
  expect(values(put('{"type":"Card","children":[|]}', TEXT))).toEqual(['new']);
  expect(values(put('{\n  "type": "Card",\n  "children": [|\n  ]\n}', TEXT))).toEqual(['new']);
});

test('on the props of a node that holds others it goes inside, and outside of all at the end of the root', () => {
  const row = '{"type":"Card","children":[{"type":"Row","gap":|1,"children":[{"type":"Text","value":"a"}]}]}';
  expect(values(JSON.stringify(JSON.parse(put(row, TEXT)).children[0]))).toEqual(['new', 'a']);
  expect(values(put('{"type":"Card","children":[{"type":"Text","value":"a"}]}|', TEXT))).toEqual([
    'a',
    'new',
  ]);
});

test('what follows a form goes into it, in front of its button, one behind the other', () => {
  const form: NodeJson = { type: 'Form', children: [{ type: 'Button', label: 'Send', submit: true }] };
  const made = JSON.parse(
    put('{"type":"Card","children":[|]}', form, { type: 'Col', children: [TEXT] }, TEXT),
  );
  expect(made.children[0].children.map(({ type }: NodeJson) => type)).toEqual(['Col', 'Text', 'Button']);
  const fields = JSON.parse(put('{"type":"Card","children":[|]}', form, TEXT, { type: 'Input', name: 'a' }));
  expect(fields.children[0].children.map(({ type }: NodeJson) => type)).toEqual(['Text', 'Input', 'Button']);
});

test('what is put in is laid out as one would write it', () => {
  const form: NodeJson = { type: 'Form', children: [{ type: 'Button', label: 'Send' }] };
  expect(put('{\n  "type": "Card",\n  "children": [|\n  ]\n}', form, TEXT, TEXT)).toBe(`{
  "type": "Card",
  "children": [
    {
      "type": "Form",
      "children": [
        { "type": "Text", "value": "new" },
        { "type": "Text", "value": "new" },
        { "type": "Button", "label": "Send" }
      ]
    }
  ]
}`);
  expect(put('{"type":"Card","children":[{"type":"Text","value":"a|"}]}', TEXT)).toBe(
    '{"type":"Card","children":[{"type":"Text","value":"a"}, { "type": "Text", "value": "new" }]}',
  );
});

test('in an empty template a card is made around it', () => {
  expect(values(put('|', TEXT))).toEqual(['new']);
  expect(JSON.parse(put('|', { type: 'ListView', children: [] }))).toEqual({
    type: 'ListView',
    children: [],
  });
});

test('at every place of every starter a node can be put in, and no other is torn apart', () => {
  const folder = '../chatkit_link/workshop/starters';
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.widget'))) {
    const { template } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf-8')) as { template: string };
    const before = nodesIn(template).map(({ type }) => type);
    for (let cursor = 0; cursor <= template.length; cursor += 7) {
      const { text, at } = insertion(template, cursor, TEXT);
      const after = nodesIn(template.slice(0, at) + text + template.slice(at));
      const fresh = after.findIndex(({ start, end }) => start >= at && end <= at + text.length);
      expect(after[fresh]?.type, `${file} at ${cursor}`).toBe('Text');
      expect(
        after.toSpliced(fresh, 1).map(({ type }) => type),
        `${file} at ${cursor}`,
      ).toEqual(before);
    }
  }
});
