import { expect, test } from 'vitest';
import { withSignsRead } from './signs';

test.each([
  ['★▲ -1.5 +105, Red Sox', '★ up -1.5 +105, Red Sox'],
  ['▼ 12 %', 'down 12 %'],
  ['Remove', 'Remove'],
])('%s is read as %s', (label, name) => {
  expect(withSignsRead(label, { up: 'up', down: 'down' })).toBe(name);
});
