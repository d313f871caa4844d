import { act, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { sendableOptions } from '../options/sendable-options';
import { renderChat } from './testing/render-chat';
import { BASE } from './testing/scripted-server';

test('the frame is in the language of the options, and changes with it', async () => {
  const { chat } = renderChat({}, { locale: 'ar' });
  await act(() => chat.languageReady);
  expect(await screen.findByRole('button', { name: 'السجل' })).toBeTruthy();
  expect(document.documentElement).toMatchObject({ lang: 'ar', dir: 'rtl' });
  chat.setOptions(sendableOptions({ ...chat.options.value, locale: 'de' }, BASE));
  await act(() => chat.languageReady);
  expect(await screen.findByRole('button', { name: 'Verlauf' })).toBeTruthy();
  expect(document.documentElement).toMatchObject({ lang: 'de', dir: 'ltr' });
});
