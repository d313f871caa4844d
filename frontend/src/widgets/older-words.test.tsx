import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderWidget } from './testing/render-widget';

test('words that only the first documentation had are drawn as those that took their place', () => {
  renderWidget({
    type: 'Card',
    children: [
      { type: 'Box', direction: 'column', children: [{ type: 'Title', size: 'xs', value: 'Small' }] },
      { type: 'Text', key: 'motto', value: 'Carpe diem', editable: true },
      { type: 'Text', value: 'Not a field', editable: false },
    ],
  });
  const title = screen.getByText('Small');
  expect(title.style.fontSize).toBe('0.875rem');
  expect((title.closest('.w-box') as HTMLElement).style.flexDirection).toBe('column');
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'motto' });
  expect([field.name, field.value]).toEqual(['motto', 'Carpe diem']);
  expect(screen.getByText('Not a field').tagName).toBe('P');
});
