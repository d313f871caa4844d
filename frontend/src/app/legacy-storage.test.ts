// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { knownWorkflows, removeWorkflow } from './hosted/workflows';
import { migrateLegacyStorage } from './legacy-storage';
import { readStored } from './local-storage';

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

test('what an earlier version left is carried over once', () => {
  localStorage.setItem('chatkit_workflows', '[{"id":"wf_a","label":"A"},{"id":"x"}]');
  localStorage.setItem('chatkit_active_workflow', 'wf_a');
  localStorage.setItem('chatkit_sidebar_collapsed', 'true');
  localStorage.setItem('chatkit_api_key', 'sk-old');
  expect(migrateLegacyStorage()).toContain('this tab only');
  expect(knownWorkflows()).toEqual([{ id: 'wf_a', label: 'A' }]);
  expect([readStored('active'), readStored('collapsed')]).toEqual(['workflow:wf_a', 'yes']);
  expect([readStored('openai-api-key', 'tab'), readStored('openai-api-key', 'device')]).toEqual([
    'sk-old',
    null,
  ]);
  expect(Object.keys(localStorage).filter((name) => name.startsWith('chatkit_'))).toEqual([]);

  removeWorkflow('wf_a');
  expect(migrateLegacyStorage()).toBeNull();
  expect(knownWorkflows()).toEqual([]);
});

test('what an earlier version left in pieces does no harm', () => {
  localStorage.setItem('chatkit_workflows', '{"not": a list');
  localStorage.setItem('chatkit_active_workflow', '"><script>');
  expect(migrateLegacyStorage()).toBeNull();
  expect([knownWorkflows(), readStored('active')]).toEqual([[], null]);
});
