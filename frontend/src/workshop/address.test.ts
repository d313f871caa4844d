import { expect, test } from 'vitest';
import { formatAddress, parseAddress } from './address';

test('an address and what it names are the same', () => {
  for (const hash of [
    '#/',
    '#/widget/my%20order',
    '#/starter/poll?theme=dark&width=phone&state=2',
    '#/?theme=light',
  ]) {
    expect(formatAddress(parseAddress(hash))).toBe(hash);
  }
});

test('anything else leads home, and never further', () => {
  for (const hash of ['', '#', '#/nowhere/x', '#/widget/', '#/widget/%E0%A4', '#/starter']) {
    expect(parseAddress(hash)).toMatchObject({ page: 'home', name: '' });
  }
  expect(parseAddress('#/widget/a?width=huge&state=-1&theme=pink')).toMatchObject({
    page: 'widget',
    width: 'fit',
    state: 0,
    theme: null,
  });
});
