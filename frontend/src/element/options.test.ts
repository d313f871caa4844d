import type { ChatKitOptions } from '@openai/chatkit';
import { expect, test, vi } from 'vitest';
import { callAt, optionProblems, sendable } from './options';

const api = { url: '/chatkit', domainKey: 'local' };

test('good options have no problems', () => {
  expect(optionProblems({ api, theme: { colorScheme: 'dark' }, history: { showDelete: true } })).toEqual([]);
});

test('a misspelt option is named with its place', () => {
  const options = { api, histroy: {}, composer: { placeholdr: 'x' } } as unknown as ChatKitOptions;
  expect(optionProblems(options)).toEqual([
    'Unknown option "histroy": it was ignored.',
    'Unknown option "composer.placeholdr": it was ignored.',
  ]);
});

test('a missing or mixed api is explained', () => {
  expect(optionProblems({} as ChatKitOptions)[0]).toMatch('set api.url and api.domainKey');
  expect(optionProblems({ api: { url: '/chatkit' } } as unknown as ChatKitOptions)).toEqual([
    'Option "api.domainKey" must be a non-empty string.',
  ]);
  expect(
    optionProblems({ api: { ...api, getClientSecret: async () => '' } } as unknown as ChatKitOptions)[0],
  ).toMatch('mixes');
});

test('functions stay on the host page and are called there by their place', async () => {
  const onClick = vi.fn(() => 'clicked');
  const options: ChatKitOptions = {
    api: { ...api, fetch: async () => new Response() },
    header: { leftAction: { icon: 'home', onClick } },
  };
  const sent = sendable(options);
  expect(() => structuredClone(sent)).not.toThrow();
  expect(sent.data.header?.leftAction).toEqual({ icon: 'home', onClick: undefined });
  expect(callAt(options, 'header.leftAction.onClick', [1])).toBe('clicked');
  expect(onClick).toHaveBeenCalledWith(1);
});

test('the frame cannot reach beyond the options', () => {
  expect(() => callAt({ api }, 'constructor.constructor', ['return 1'])).toThrow('no function');
  expect(() => callAt({ api }, 'toString', [])).toThrow('no function for "toString"');
});
