import { expect, test } from 'vitest';
import { shapeOf } from './data-shape';
import { format } from './format';
import { namesAt, resolved } from './jinja';
import { contextAt, subjectAt } from './template-context';
import { treeOf } from './template-tree';

/** Where the bar is in a template. */
function at(marked: string) {
  const cursor = marked.indexOf('|');
  return contextAt(treeOf(marked.replace('|', '')), cursor);
}

test('a name is that of a prop of the node around it, also where its type comes later', () => {
  expect(at('{"type":"Card","children":[{"ty|')).toMatchObject({ place: 'name', type: '', path: [] });
  expect(at('{"type":"Card","children":[{"si|":"sm","type":"Text"}]}')).toMatchObject({
    place: 'name',
    type: 'Text',
    path: [],
    there: ['type'],
  });
  expect(at('{"type":"Card","status":{"|"}}')).toMatchObject({
    place: 'name',
    type: 'Card',
    path: ['status'],
  });
});

test('a value knows its prop, in objects of the node and in lists of them, too', () => {
  expect(at('{"type":"Card","children":[{"type":"Button","onClickAction":{"handler":"|"}}]}')).toMatchObject({
    place: 'value',
    type: 'Button',
    path: ['onClickAction', 'handler'],
  });
  expect(at('{"type":"Card","children":[{"type":"Select","options":[{"label":"|"}]}]}')).toMatchObject({
    path: ['options', 'label'],
  });
  expect(at('{"type":"|"}')).toMatchObject({ place: 'value', isRoot: true, path: ['type'] });
  expect(at('{"type":"Card","children":[|]}')).toMatchObject({ place: 'value', isNode: true });
  expect(at('{"type":"Card","size":|}')).toMatchObject({ place: 'value', path: ['size'], quoted: false });
});

test('tags are looked through, and expressions are values', () => {
  const loop =
    '{"type":"Card","children":[{% for x in xs %}{"type":"Text","value":{{ x | tojson }},"|"}{% endfor %}]}';
  expect(at(loop.replace('| tojson', ''))).toMatchObject({
    place: 'name',
    type: 'Text',
    there: ['type', 'value'],
  });
  expect(at('{"type":"Card","children":[{{ ti|')).toMatchObject({
    place: 'jinja',
    kind: 'expression',
    written: '{{ ti',
  });
  expect(at('{"value":"row-{{ loop.|"}')).toMatchObject({ place: 'jinja', written: '{{ loop.' });
  expect(at('{% |')).toMatchObject({ place: 'jinja', kind: 'tag' });
  expect(at('{# a | #}')).toBeNull();
});

test('the words are about the prop under the cursor', () => {
  const text = '{"type":"Card","size":"sm","children":[{"type":"Icon","name":"bolt"}]}';
  const about = (part: string) => subjectAt(treeOf(text), text.indexOf(part) + 2);
  expect(about('"size"')).toMatchObject({ type: 'Card', path: ['size'], value: '' });
  expect(about('"bolt"')).toMatchObject({ type: 'Icon', path: ['name'], value: 'bolt' });
});

const SCHEMA = JSON.stringify({
  properties: {
    title: { type: 'string', description: 'What it is called.' },
    items: { type: 'array', items: { $ref: '#/$defs/item' } },
  },
  $defs: { item: { type: 'object', properties: { name: { type: 'string' } } } },
});

test('names are those of the schema, of the data where it says nothing, and of the loops around', () => {
  const data = shapeOf(SCHEMA, '{"items":[{"price":3}],"more":true}');
  const text = '{% for item in items %}{% set first = item.name %}';
  const names = namesAt(treeOf(text), text.length, data);
  expect(Object.keys(names).toSorted()).toEqual(['first', 'item', 'items', 'loop', 'more', 'title']);
  expect(Object.keys(names.item?.members ?? {}).toSorted()).toEqual(['name', 'price']);
  expect(resolved(names, 'items[0].price')?.type).toBe('number');
  expect(namesAt(treeOf('{{ a }}'), 2, data)).not.toHaveProperty('item');
});

test('a template is laid out, again with no change, and what it says stays the same', () => {
  const text =
    '{"type":"Card","size":"sm","children":[{"type":"Title","value":{{ title | tojson }}},{% for item in items %}{"type":"Text","value":"{{ item.name }}, {{ item.price }}","color":"secondary","size":"sm","weight":"semibold"}{% if not loop.last %},{% endif %}{% endfor %}]}';
  const laid = format(text) ?? '';
  expect(laid).toMatchInlineSnapshot(`
    "{
      "type": "Card",
      "size": "sm",
      "children": [
        { "type": "Title", "value": {{ title | tojson }} },
        {% for item in items %}
          {
            "type": "Text",
            "value": "{{ item.name }}, {{ item.price }}",
            "color": "secondary",
            "size": "sm",
            "weight": "semibold"
          }{% if not loop.last %},{% endif %}
        {% endfor %}
      ]
    }"
  `);
  expect(format(laid)).toBe(laid);
  expect(laid.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
});

test('space that may be in a text stays', () => {
  const macro =
    '{% macro line(x) %}{{ x }} by {{ x }}{% endmacro %}{"type":"Card","key":"{{ line(1) }}","children":[]}';
  expect(format(macro)).toContain('{% macro line(x) %}{{ x }} by {{ x }}{% endmacro %}\n{');
  expect(
    format('{% if a %}{"type":"Card",{% else %}{"type":"ListView",{% endif %}"children":[]}'),
  ).toBeNull();
});
