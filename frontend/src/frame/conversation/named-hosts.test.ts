import { expect, test } from 'vitest';
import type { ThreadItem } from '../../protocol/types';
import { namedHosts } from './named-hosts';

const at = { id: 'i', thread_id: 't', created_at: '' };
const hosts = (...items: unknown[]) => [
  ...namedHosts(items.map((item) => ({ ...at, ...(item as object) })) as ThreadItem[]),
];
const said = (text: string, more = {}) => ({
  type: 'user_message',
  content: [{ type: 'input_text', text }],
  ...more,
});

test.each([
  ['Read https://A.example/x.', ['a.example']],
  ['(http://a.example:8080/x)', ['a.example:8080']],
  ['www.a.example, and b.example', ['www.a.example', 'b.example']],
  ['看https://a.example。谢谢', ['a.example']],
  ['bücher.example', ['xn--bcher-kva.example']],
  ['https://good.example@evil.example/', ['evil.example']],
  ['me@a.example', []],
])('what the user wrote names its hosts: %s', (text, named) => {
  expect(hosts(said(text))).toEqual(expect.arrayContaining(named));
  if (named.length === 0) expect(hosts(said(text))).toEqual([]);
});

test('sources, tags, answers to questions and actions of widgets name theirs', () => {
  const source = (url: string) => ({ type: 'url', title: 'x', url });
  expect(
    hosts(
      {
        type: 'assistant_message',
        content: [
          { text: 'https://words.example', annotations: [{ source: source('https://cited.example/a') }] },
        ],
      },
      {
        type: 'workflow',
        workflow: { tasks: [{ type: 'web_search', sources: [source('https://found.example')] }] },
      },
      said('', {
        content: [{ type: 'input_tag', id: 'x', text: 'y', data: { url: 'https://tag.example/' } }],
      }),
      { type: 'structured_input', inputs: [{ answer: { values: ['https://typed.example'] } }] },
      {
        type: 'widget',
        widget: {
          type: 'Card',
          children: [
            { type: 'Markdown', value: 'https://streamed.example' },
            { type: 'Button', onClickAction: { type: 'open', payload: { url: 'https://button.example/x' } } },
          ],
        },
      },
    ),
  ).toEqual(['cited.example', 'found.example', 'tag.example', 'typed.example', 'button.example']);
});

test('the words of an answer name nothing, nor does a message that quotes them', () => {
  expect(
    hosts(
      { type: 'assistant_message', content: [{ text: '[x](https://evil.example)', annotations: [] }] },
      said('And this?', { quoted_text: 'https://evil.example' }),
      { type: 'workflow', workflow: { tasks: [{ type: 'thought', content: 'https://evil.example' }] } },
    ),
  ).toEqual([]);
});
