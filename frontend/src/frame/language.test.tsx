import { act, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { sendableOptions } from '../options/sendable-options';
import { page, renderChat } from './testing/render-chat';
import { BASE, chatOn, scriptedServer } from './testing/scripted-server';

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

test('a thread that is opened with the frame is asked for in the language of the options', async () => {
  const { fetch } = scriptedServer({ 'threads.get_by_id': () => Response.json(page()) });
  const languages: (string | null)[] = [];
  const noted: typeof fetch = (input, init) => {
    languages.push(new Headers(init?.headers).get('Accept-Language'));
    return fetch(input, init);
  };
  const { chat } = chatOn({ fetch: noted }, { locale: 'ar', initialThread: 't' });
  await expect.poll(() => chat.view.value.conversation.id).toBe('t');
  expect(new Set(languages)).toEqual(new Set(['ar']));
});
