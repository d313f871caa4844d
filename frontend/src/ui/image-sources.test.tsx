import { expect, test } from 'vitest';
import { type PagePolicy, writtenPicture } from './image-sources';

const free: PagePolicy = { domains: null, publicOrigin: null };
const listing = (...domains: string[]): PagePolicy => ({ ...free, domains });
const at = (src: string, domains: string[] | null = null, page = free, own: string[] = []) =>
  writtenPicture(src, domains, own, page);

test.each([
  '/files/1/preview',
  `${location.origin}/a.png`,
  'data:image/png;base64,AAAA',
  'DATA:image/svg+xml,<svg/>',
])('a picture of this server, or in the text itself, is loaded: %s', (src) => {
  expect(at(src)).toMatchObject({ waits: false });
});

test.each([
  ['https://attacker.example/?q=SECRET', 'attacker.example'],
  ['//attacker.example/x', 'attacker.example'],
  ['/\\attacker.example/x', 'attacker.example'],
  ['https://user:pass@attacker.example/x', 'attacker.example'],
  [`https://${location.hostname}@attacker.example/x`, 'attacker.example'],
  ['https://bücher.example/x', 'xn--bcher-kva.example'],
  ['https://ATTACKER.example:8443/x', 'attacker.example:8443'],
  ['https://[2001:db8::1]/x', '[2001:db8::1]'],
  ['https://0x7f.1/x', '127.0.0.1'],
  [`http://${location.hostname}:1/x`, `${location.hostname}:1`],
])('a picture from elsewhere waits, and names where it is: %s', (src, domain) => {
  expect(at(src)).toMatchObject({ waits: true, domain });
});

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'blob:https://a.example/1',
  'ftp://a.example/x',
  'https://',
  '',
])('what is no picture is none: %s', (src) => expect(at(src)).toBeNull());

test('a listed domain does not wait; one of a thread counts only as far as the settings list it, too', () => {
  const cdn = 'https://cdn.example/a.png';
  const waits = (...given: Parameters<typeof at>) => at(...given)?.waits;
  expect(waits(cdn, null, listing('cdn.example'))).toBe(false);
  expect(waits(cdn, ['cdn.example'])).toBe(false);
  expect(waits(cdn, ['*.example'])).toBe(false);
  expect(waits(cdn, ['cdn.example'], listing('other.example'))).toBe(true);
  expect(waits(cdn, ['other.example'], listing('cdn.example'))).toBe(true);
  expect(waits(cdn, [])).toBe(true);
  for (const other of [
    'https://cdn.example:8443/a',
    'https://a.cdn.example/a',
    'https://cdn.example.evil.example/',
  ])
    expect(waits(other, ['cdn.example']), other).toBe(true);
  expect(waits('https://cdn.example:8443/a', ['cdn.example:8443'])).toBe(false);
});

test('so does the server of the chat, where that is another than that of the page', () => {
  expect(at('https://chat.example/a', null, { ...free, publicOrigin: 'https://chat.example' })?.waits).toBe(
    false,
  );
  expect(at('https://api.example/a', null, free, ['https://api.example'])?.waits).toBe(false);
  expect(writtenPicture('https://any.example/a', null, 'any', free)?.waits).toBe(false);
});

test('a click leads to the address where the policy of the page lets no picture through', () => {
  expect(at('https://a.example/x')?.leads).toBe(false);
  expect(at('http://a.example/x')?.leads).toBe(true);
  expect(at('https://a.example/x', null, listing('cdn.example'))?.leads).toBe(true);
  expect(at('http://127.0.0.1:9/x')?.leads).toBe(false);
});

test('what the server has written into the page is what counts', () => {
  const written = (name: string, content: string) => {
    const meta = Object.assign(document.createElement('meta'), { name, content });
    document.head.append(meta);
    return meta;
  };
  const metas = [
    written('allowed-image-domains', 'cdn.example *.pictures.example'),
    written('public-origin', 'https://chat.example'),
  ];
  const known = (src: string) => writtenPicture(src, null);
  for (const src of ['https://cdn.example/a', 'https://a.pictures.example/a', 'https://chat.example/files/1'])
    expect(known(src)?.waits, src).toBe(false);
  expect(known('https://a.example/a')).toMatchObject({ waits: true, leads: true });
  for (const meta of metas) meta.remove();
  expect(known('https://cdn.example/a')).toMatchObject({ waits: true, leads: false });
});
