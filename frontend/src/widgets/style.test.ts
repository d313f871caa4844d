import { expect, test } from 'vitest';
import { color } from './style';

test('a grey turns around in the dark, and a hue stays as it is', () => {
  const [, light, dark] = /^light-dark\((.+), (.+)\)$/.exec(color('gray-900', 'text') ?? '') ?? [];
  expect(color('gray-100', 'border')).toBe(`light-dark(${dark}, ${light})`);
  expect(color('red-900', 'text')).toMatch(/^oklch\([^,]+\)$/);
  expect(color({ light: 'yellow-50', dark: 'yellow-900' }, 'surface')).toBe(
    `light-dark(${color('yellow-50', 'surface')}, ${color('yellow-900', 'surface')})`,
  );
});
