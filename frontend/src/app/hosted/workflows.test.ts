// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { addWorkflows, idIn, knownWorkflows, nameOf, removeWorkflow, shortId } from './workflows';

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

test('an id is found in what users paste', () => {
  expect(idIn(' wf_68e8 ')).toBe('wf_68e8');
  expect(idIn('https://chatkit.link/?workflow=wf_68e8&x=1')).toBe('wf_68e8');
  expect(idIn('asst_68e8')).toBeNull();
});

test('a long id keeps what distinguishes it', () => {
  expect(shortId('wf_68e8c1f2a4b88190a7d1')).toBe('wf_68e8c…a7d1');
  expect(nameOf({ id: 'wf_1', label: '' })).toBe('wf_1');
});

test('a deleted workflow comes back to its place', () => {
  addWorkflows(['wf_a', 'wf_b', 'wf_c'].map((id) => ({ id, label: '' })));
  const putBack = removeWorkflow('wf_b');
  putBack();
  putBack();
  expect(knownWorkflows().map(({ id }) => id)).toEqual(['wf_a', 'wf_b', 'wf_c']);
});
