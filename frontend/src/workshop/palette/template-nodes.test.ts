import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeAt, nodesIn } from './template-nodes';

const STARTERS = '../chatkit_link/workshop/starters';
const types = (template: string) => nodesIn(template).map(({ type }) => type);
const at = (template: string, mark: string) => nodeAt(nodesIn(template), template.indexOf(mark))?.type;

test('nodes are found with what is around them, and actions are none', () => {
  const template =
    '{"type":"Card","status":{"text":"a"},"children":[{"type":"Row","children":[{"type":"Text","value":"x"}]},' +
    '{"type":"Button","onClickAction":{"type":"buy","payload":{"type":"Text"}}}]}';
  expect(types(template)).toEqual(['Card', 'Row', 'Text', 'Button']);
  const [card, row, text] = nodesIn(template);
  expect(row?.parent).toMatchObject({ type: 'Card' });
  expect(text?.parent).toMatchObject({ type: 'Row' });
  expect(card?.inside?.nodes.map(({ type }) => type)).toEqual(['Row', 'Button']);
  expect(text && template.slice(text.start, text.end)).toBe('{"type":"Text","value":"x"}');
});

test('Jinja is passed over, with its own quotes and braces, in and outside of strings', () => {
  const template =
    '{"type":"Card","children":[{% for a in b %}{# } #}{"type":"Badge","label":{{ {"a": "}"}[a] | tojson }},' +
    '"color":"{{ "info" if a == "x" else "danger" }}"}{% if not loop.last %},{% endif %}{% endfor %}]}';
  expect(types(template)).toEqual(['Card', 'Badge']);
  const badge = nodesIn(template)[1];
  const props = badge?.props.map(({ name, valueStart, end }) => [name, template.slice(valueStart, end)]);
  expect(props).toEqual([
    ['type', '"Badge"'],
    ['label', '{{ {"a": "}"}[a] | tojson }}'],
    ['color', '"{{ "info" if a == "x" else "danger" }}"'],
  ]);
});

test('the node at a place is the innermost one, also while the template is not finished', () => {
  const template =
    '{ "type": "Card", "children": [ { "type": "Row", "children": [ { "type": "Text", "value": "a" ';
  expect(at(template, '"value"')).toBe('Text');
  expect(at(template, '"Row"')).toBe('Row');
  expect(at('{ "type": "Card", "size": "s', '"s')).toBe('Card');
  expect(at('nothing here', 'n')).toBeUndefined();
});

test('a child without brackets is a node, too', () => {
  expect(
    types('{"type":"Card","children":[{"type":"Transition","children":{"type":"Text","value":"a"}}]}'),
  ).toEqual(['Card', 'Transition', 'Text']);
});

test('in every starter as many nodes are found as it names, each closed where it opens', () => {
  const files = readdirSync(STARTERS).filter((name) => name.endsWith('.widget'));
  expect(files.length).toBeGreaterThan(19);
  for (const file of files) {
    const { template } = JSON.parse(readFileSync(`${STARTERS}/${file}`, 'utf-8'));
    const named = template.match(/"type": "[A-Z][\w.]*"/g);
    const nodes = nodesIn(template);
    expect(nodes.length, file).toBe(named.length);
    for (const { start, end } of nodes) expect(template[start] + template[end - 1], file).toBe('{}');
    expect(nodes[0]).toMatchObject({ start: 0, end: template.length });
  }
});
