import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderWidget } from './testing/render-widget';

test('a field is named by its label, wherever the label stands', () => {
  renderWidget({
    type: 'Card',
    children: [
      { type: 'Row', children: [{ type: 'Label', value: 'Full name', fieldName: 'person.name' }] },
      { type: 'Input', name: 'person.name' },
      { type: 'Label', value: 'Colour', fieldName: 'colour' },
      { type: 'RadioGroup', name: 'colour', options: [{ value: 'g', label: 'Green' }] },
    ],
  });
  expect(screen.getByRole('textbox', { name: 'Full name' })).toBeTruthy();
  expect(screen.getByRole('radiogroup', { name: 'Colour' })).toBeTruthy();
});

test('a click on a label goes to its field', async () => {
  const { user } = renderWidget({
    type: 'Card',
    children: [
      { type: 'Label', value: 'Full name', fieldName: 'name' },
      { type: 'Textarea', name: 'name' },
    ],
  });
  await user.click(screen.getByText('Full name'));
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Full name' }));
});

test('a field without a label is called by its placeholder, or else by its name', () => {
  renderWidget({
    type: 'Card',
    children: [
      { type: 'Input', name: 'a', placeholder: 'Street' },
      { type: 'Input', name: 'shipping.zip_code' },
      { type: 'Checkbox', name: 'wantsNews' },
    ],
  });
  expect(screen.getByRole('textbox', { name: 'Street' })).toBeTruthy();
  expect(screen.getByRole('textbox', { name: 'zip code' })).toBeTruthy();
  expect(screen.getByRole('checkbox', { name: 'wants news' })).toBeTruthy();
});

test('autoFocus takes the cursor, and autoSelect the words', () => {
  renderWidget({ type: 'Input', name: 'a', defaultValue: 'All of it', autoFocus: true, autoSelect: true });
  const field = screen.getByRole<HTMLInputElement>('textbox');
  expect(document.activeElement).toBe(field);
  expect([field.selectionStart, field.selectionEnd]).toEqual([0, 'All of it'.length]);
});

test('a text with several lines is edited in a text area', () => {
  renderWidget({ type: 'Text', value: 'One\nTwo', editable: { name: 'lines' } });
  expect(screen.getByRole('textbox', { name: 'lines' }).tagName).toBe('TEXTAREA');
});

test('password managers stay away unless they are asked in', () => {
  renderWidget({
    type: 'Basic',
    children: [
      { type: 'Input', name: 'a' },
      { type: 'Input', name: 'b', allowAutofillExtensions: true },
    ],
  });
  const [kept, open] = screen.getAllByRole('textbox');
  expect(kept?.hasAttribute('data-1p-ignore')).toBe(true);
  expect(open?.hasAttribute('data-1p-ignore')).toBe(false);
});
