import { expect, test } from 'vitest';
import { acceptAttribute, refusalOf, sizeOf, tooMany } from './upload-limits';

const MB = 1024 * 1024;
const file = (name: string, type: string, size = 10) => {
  const made = new File(['x'], name, { type });
  Object.defineProperty(made, 'size', { value: size });
  return made;
};

test('without rules every file is taken, up to the 100 MB of ChatKit', () => {
  expect(refusalOf(file('a.bin', ''), { enabled: true })).toBeNull();
  expect(refusalOf(file('a.bin', '', 101 * MB), { enabled: true })).toContain('100 MB is the most');
});

test('a type is known by its MIME type, its family or its extension', () => {
  const options = {
    enabled: true,
    accept: { 'image/*': [], 'application/pdf': ['.pdf'], 'text/markdown': ['.md'] },
  };
  expect(refusalOf(file('a.png', 'image/png'), options)).toBeNull();
  expect(refusalOf(file('scan', 'application/pdf'), options)).toBeNull();
  expect(refusalOf(file('NOTES.MD', ''), options)).toBeNull();
  expect(refusalOf(file('run.exe', 'application/x-msdownload'), options)).toBe(
    '“run.exe” cannot be attached. These types can: images, PDF, MD.',
  );
});

test('the narrowest size limit decides', () => {
  const options = { enabled: true, maxSize: { 'image/*': 2 * MB, 'image/gif': 5 * MB, '*': MB } };
  expect(refusalOf(file('a.gif', 'image/gif', 4 * MB), options)).toBeNull();
  expect(refusalOf(file('a.png', 'image/png', 3 * MB), options)).toBe(
    '“a.png” is too large: it has 3 MB, and 2 MB is the most.',
  );
  expect(refusalOf(file('a.pdf', 'application/pdf', 1.5 * MB), options)).toContain('1.5 MB, and 1 MB');
  expect(refusalOf(file('a.pdf', 'application/pdf', 0), options)).toBe('“a.pdf” is empty.');
});

test('sizes and counts are said as people say them', () => {
  expect([sizeOf(1), sizeOf(900), sizeOf(1536), sizeOf(20 * MB)]).toEqual([
    '1 byte',
    '900 bytes',
    '1.5 KB',
    '20 MB',
  ]);
  expect(tooMany({ enabled: true, maxCount: 1 }, 1)).toBe(
    'One file can be sent with one message; one was left out.',
  );
  expect(tooMany({ enabled: true }, 3)).toBe('Up to 10 files can be sent with one message; 3 were left out.');
  expect(acceptAttribute({ 'image/*': [], 'text/plain': ['.txt', '.log'] })).toBe(
    'image/*,text/plain,.txt,.log',
  );
});
