// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { readStored } from '../local-storage';
import { forgetApiKey, hasApiKey, keyProblem, storeApiKey } from './api-key';

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

test('a key is kept for the tab, and on the device only where the user wants that', () => {
  storeApiKey('sk-a', false);
  expect([readStored('openai-api-key', 'tab'), readStored('openai-api-key', 'device')]).toEqual([
    'sk-a',
    null,
  ]);
  storeApiKey('sk-a', true);
  expect([readStored('openai-api-key', 'tab'), readStored('openai-api-key', 'device')]).toEqual([
    null,
    'sk-a',
  ]);
  forgetApiKey();
  expect(hasApiKey()).toBe(false);
});

test('what cannot be a key is reported before it is sent', () => {
  expect(keyProblem('')).toBe('empty');
  expect(keyProblem('sk-a b')).toBe('characters');
  expect(keyProblem('wf_1')).toBe('isWorkflow');
  expect(keyProblem('sk-proj-1_-')).toBeNull();
});
