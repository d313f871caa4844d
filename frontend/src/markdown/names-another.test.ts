import { expect, test } from 'vitest';
import { namesAnother } from './names-another';

test.each([
  ['https://bank.example', 'https://evil.example/'],
  ['bank.example', 'https://evil.example/'],
  ['bank.example/login', 'https://evil.example/'],
  ['Log in at www.bank.example now', 'https://evil.example/'],
  ['see https://bank.example/x, please', 'https://evil.example/'],
  ['https://bank.example@evil.example/', 'https://other.example/'],
  ['bank.example', 'https://bank.example.evil.example/'],
  ['bank.example', 'https://bank.example@evil.example/'],
  ['docs.bank.example', 'https://bank.example/'],
  ['b\u200bank.example', 'https://evil.example/'],
  ['ｂａｎｋ.example', 'https://evil.example/'],
  ['bank。example', 'https://evil.example/'],
  ['bаnk.example', 'https://bank.example/'],
  ['HTTPS://BANK.EXAMPLE', 'https://evil.example/'],
])('%s → %s', (text, address) => {
  expect(namesAnother(text, new URL(address))).toBe(true);
});

test.each([
  ['the manual', 'https://a.example/'],
  ['https://a.example/x', 'https://a.example/y'],
  ['www.a.example', 'https://a.example/'],
  ['a.example', 'https://www.a.example/x'],
  ['a.example', 'https://docs.a.example/x'],
  ['A.example.', 'https://a.example/x'],
  ['bücher.example', 'https://xn--bcher-kva.example/'],
  ['setup.py', 'https://a.example/'],
  ['README.md', 'https://a.example/'],
  ['3.14', 'https://a.example/'],
  ['e.g. this', 'https://a.example/'],
  ['me@bank.example', 'https://a.example/'],
  ['', 'https://a.example/'],
])('not %s → %s', (text, address) => {
  expect(namesAnother(text, new URL(address))).toBe(false);
});
