// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { forgetApiKey, hasApiKey, keepApiKey, keyProblem } from './api-key';
import { carryOver } from './former-visit';
import { recall, remember } from './memory';
import { fileOf, importFrom } from './transfer';
import { addWorkflows, idIn, knownWorkflows, nameOf, removeWorkflow, shortId } from './workflows';

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

const file = (content: unknown) => new File([JSON.stringify(content)], 'list.json');

test('an id is found in what people paste', () => {
  expect(idIn(' wf_68e8 ')).toBe('wf_68e8');
  expect(idIn('https://chatkit.link/?workflow=wf_68e8&x=1')).toBe('wf_68e8');
  expect(idIn('asst_68e8')).toBeNull();
});

test('a long id keeps what tells it from others', () => {
  expect(shortId('wf_68e8c1f2a4b88190a7d1')).toBe('wf_68e8c…a7d1');
  expect(nameOf({ id: 'wf_1', label: '' })).toBe('wf_1');
});

test('a key is kept for the tab, and on the device only for whoever says so', () => {
  keepApiKey('sk-a', false);
  expect([recall('openai-api-key', 'tab'), recall('openai-api-key', 'device')]).toEqual(['sk-a', null]);
  keepApiKey('sk-a', true);
  expect([recall('openai-api-key', 'tab'), recall('openai-api-key', 'device')]).toEqual([null, 'sk-a']);
  forgetApiKey();
  expect(hasApiKey()).toBe(false);
});

test('what cannot be a key is said before it is sent', () => {
  expect(keyProblem('')).toContain('Paste');
  expect(keyProblem('sk-a b')).toContain('no spaces');
  expect(keyProblem('wf_1')).toContain('begins with sk-');
  expect(keyProblem('sk-proj-1_-')).toBeNull();
});

test('storage that is full or blocked costs nothing but the next visit', () => {
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  try {
    remember('active', 'agent:a');
    expect(recall('active')).toBe('agent:a');
  } finally {
    Storage.prototype.setItem = setItem;
  }
  remember('active', null);
  expect(recall('active')).toBeNull();
});

test('what an earlier version left is carried over once', () => {
  localStorage.setItem('chatkit_workflows', '[{"id":"wf_a","label":"A"},{"id":"x"}]');
  localStorage.setItem('chatkit_active_workflow', 'wf_a');
  localStorage.setItem('chatkit_sidebar_collapsed', 'true');
  localStorage.setItem('chatkit_api_key', 'sk-old');
  expect(carryOver()).toContain('this tab only');
  expect(knownWorkflows()).toEqual([{ id: 'wf_a', label: 'A' }]);
  expect([recall('active'), recall('collapsed')]).toEqual(['workflow:wf_a', 'yes']);
  expect([recall('openai-api-key', 'tab'), recall('openai-api-key', 'device')]).toEqual(['sk-old', null]);
  expect(Object.keys(localStorage).filter((name) => name.startsWith('chatkit_'))).toEqual([]);

  removeWorkflow('wf_a');
  expect(carryOver()).toBeNull();
  expect(knownWorkflows()).toEqual([]);
});

test('what an earlier version left in pieces does no harm', () => {
  localStorage.setItem('chatkit_workflows', '{"not": a list');
  localStorage.setItem('chatkit_active_workflow', '"><script>');
  expect(carryOver()).toBeNull();
  expect([knownWorkflows(), recall('active')]).toEqual([[], null]);
});

test('a list goes into a file and comes back, without the key', async () => {
  keepApiKey('sk-secret', true);
  addWorkflows([
    { id: 'wf_a', label: 'A' },
    { id: 'wf_b', label: '' },
  ]);
  const text = fileOf(knownWorkflows());
  expect(text).not.toContain('sk-secret');
  removeWorkflow('wf_a');
  expect(await importFrom(new File([text], 'list.json'))).toBe('1 workflow imported; one was there already.');
  expect(knownWorkflows().map(({ id }) => id)).toEqual(['wf_b', 'wf_a']);
});

test('what is no workflow in a list is left out and told', async () => {
  addWorkflows([{ id: 'wf_a', label: 'A' }]);
  const list = [{ id: 'wf_a' }, { id: 'wf_b' }, { id: 'asst_1' }, null, 'wf_c'];
  expect(await importFrom(file({ workflows: list }))).toBe(
    '1 workflow imported; one was there already; 3 were left out, without an id that begins with wf_.',
  );
  expect(knownWorkflows().map(({ id }) => id)).toEqual(['wf_a', 'wf_b']);
});

test('a label comes along, and does not overwrite one', async () => {
  addWorkflows([
    { id: 'wf_a', label: 'Mine' },
    { id: 'wf_b', label: '' },
  ]);
  await importFrom(
    file([
      { id: 'wf_a', label: 'Theirs' },
      { id: 'wf_b', label: 'B' },
    ]),
  );
  expect(knownWorkflows().map(nameOf)).toEqual(['Mine', 'B']);
});

test('a file that is no list says what it should be', async () => {
  await expect(importFrom(new File(['hello'], 'a.txt'))).rejects.toThrow('“a.txt” is not JSON');
  await expect(importFrom(file({ workflows: [{ id: 'asst_1' }] }))).rejects.toThrow('holds no workflow');
  await expect(importFrom(file(null))).rejects.toThrow('holds no workflow');
});

test('a deleted workflow comes back to its place', () => {
  addWorkflows(['wf_a', 'wf_b', 'wf_c'].map((id) => ({ id, label: '' })));
  const putBack = removeWorkflow('wf_b');
  putBack();
  putBack();
  expect(knownWorkflows().map(({ id }) => id)).toEqual(['wf_a', 'wf_b', 'wf_c']);
});
