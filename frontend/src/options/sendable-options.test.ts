import { expect, test, vi } from 'vitest';
import { callFunctionAt, sendableOptions } from './sendable-options';

const api = { url: '/chatkit', domainKey: 'local' };

test('functions stay on the host page and are called there by their place', async () => {
  const onClick = vi.fn(() => 'clicked');
  const options = {
    api: { ...api, fetch: async () => new Response() },
    header: { leftAction: { icon: 'home', onClick } },
  };
  const sent = sendableOptions(options, 'https://shop.example/');
  expect(structuredClone(sent)).toEqual({
    data: { api: { ...api, fetch: undefined }, header: { leftAction: { icon: 'home', onClick: undefined } } },
    functions: ['api.fetch', 'header.leftAction.onClick'],
    base: 'https://shop.example/',
  });
  expect(callFunctionAt(options, 'header.leftAction.onClick', [1])).toBe('clicked');
  expect(onClick).toHaveBeenCalledWith(1);
});

test('the frame cannot reach beyond the options', () => {
  expect(() => callFunctionAt({ api }, 'constructor.constructor', ['return 1'])).toThrow('no function');
  expect(() => callFunctionAt({ api }, 'toString', [])).toThrow('no function for "toString"');
});
