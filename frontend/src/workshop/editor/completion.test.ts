import { CompletionContext, type CompletionResult, type CompletionSource } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';
import { templateCompletion } from './completion';
import { shapeOf } from './data-shape';
import { dataCompletion, schemaCompletion } from './json-completion';

const DATA = shapeOf(
  JSON.stringify({
    type: 'object',
    properties: {
      title: { type: 'string', description: 'What it is called.' },
      state: { enum: ['open', 'closed'] },
      items: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
    },
  }),
  '{}',
);

/** What is offered where the bar is. */
function offered(source: CompletionSource, marked: string, explicit = true): string[] {
  const at = marked.indexOf('|^');
  const state = EditorState.create({ doc: marked.replace('|^', '') });
  const found = source(new CompletionContext(state, at, explicit)) as CompletionResult | null;
  return found?.options.map(({ label }) => label) ?? [];
}
const inTemplate = (marked: string, explicit = true) =>
  offered(
    templateCompletion(() => DATA),
    marked,
    explicit,
  );
const card = (children: string) => `{"type":"Card","children":[${children}]}`;

test('nodes are offered by place: roots first at the root, whole nodes in a list', () => {
  expect(inTemplate('{"type":"|^"}').slice(0, 3)).toEqual(['Card', 'ListView', 'Basic']);
  expect(inTemplate(card('{"type":"|^"}'))[0]).not.toBe('Card');
  expect(inTemplate(card('|^'))).toEqual(expect.arrayContaining(['Text', 'Button', 'Chart']));
  expect(inTemplate('|^')).toEqual(['Card', 'ListView', 'Basic']);
});

test('props are those of the node that it does not have yet, and those of objects in it', () => {
  const props = inTemplate(card('{"type":"Text","value":"x","|^"}'));
  expect(props).toEqual(expect.arrayContaining(['size', 'weight', 'id']));
  expect(props).not.toContain('value');
  expect(inTemplate('{"type":"Card","status":{"|^"}}')).toEqual(['text', 'favicon', 'frame', 'icon']);
  expect(inTemplate(card('{"type":"Button","onClickAction":{"|^"}}'))).toContain('loadingBehavior');
});

test('values are those that the prop takes', () => {
  expect(inTemplate(card('{"type":"Text","size":"|^"}'))).toEqual(['xs', 'sm', 'md', 'lg', 'xl']);
  expect(inTemplate(card('{"type":"Icon","name":"|^"}'))).toEqual(expect.arrayContaining(['bolt', 'globe']));
  expect(inTemplate(card('{"type":"Text","truncate":|^}'))).toEqual(
    expect.arrayContaining(['true', 'false', '{{ title | tojson }}']),
  );
  expect(inTemplate('{"type":"Card","confirm":{"action":{"handler":"|^"}}}')).toEqual(['server', 'client']);
});

test('an expression has the names of the data, of the loops around it, and filters behind a bar', () => {
  expect(inTemplate('{{ |^')).toEqual(['title', 'state', 'items']);
  const loop = '{% for item in items %}{{ ';
  expect(inTemplate(`${loop}|^`)).toEqual(expect.arrayContaining(['item', 'loop']));
  expect(inTemplate(`${loop}item.|^`)).toEqual(['name']);
  expect(inTemplate(`${loop}loop.|^`)).toContain('last');
  expect(inTemplate('{{ title | |^')[0]).toBe('tojson');
  expect(inTemplate('{% |^')[0]).toBe('for');
  expect(inTemplate("{{ 'a |^")).toEqual([]);
  expect(inTemplate('{"value":"{{ |^ }}"}')).toContain('title');
});

test('nothing is offered unasked between two members', () => {
  expect(inTemplate(card('{"type":"Text",|^}'), false)).toEqual([]);
  expect(inTemplate(card('|^'), false)).toEqual([]);
});

test('the schema has the words of JSON Schema, and the data the names of the schema', () => {
  expect(offered(schemaCompletion, '{"type":"|^"}')).toContain('array');
  expect(offered(schemaCompletion, '{"|^"}')).toContain('properties');
  expect(offered(schemaCompletion, '{"properties":{"|^"}}')).toEqual([]);
  expect(offered(schemaCompletion, '{"properties":{"a":{},"b":{}},"required":["|^"]}')).toEqual(['a', 'b']);
  const data = dataCompletion(() => DATA);
  expect(offered(data, '{"title":"x","|^"}')).toEqual(['state', 'items']);
  expect(offered(data, '{"state":"|^"}')).toEqual(['open', 'closed']);
  expect(offered(data, '{"items":[{"|^"}]}')).toEqual(['name']);
});
