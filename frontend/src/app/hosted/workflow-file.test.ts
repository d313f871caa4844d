// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { en } from '../language/en';
import { storeApiKey } from './api-key';
import { fileOf, importFrom } from './workflow-file';
import { addWorkflows, knownWorkflows, nameOf, removeWorkflow } from './workflows';

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

const imported = (list: File) => importFrom(list, en.workflowFile, String);
const file = (content: unknown) => new File([JSON.stringify(content)], 'list.json');

test('a list goes into a file and comes back, without the key', async () => {
  storeApiKey('sk-secret', true);
  addWorkflows([
    { id: 'wf_a', label: 'A' },
    { id: 'wf_b', label: '' },
  ]);
  const list = fileOf(knownWorkflows());
  expect(list).not.toContain('sk-secret');
  removeWorkflow('wf_a');
  expect(await imported(new File([list], 'list.json'))).toBe('Imported: 1. Already there: 1.');
  expect(knownWorkflows().map(({ id }) => id)).toEqual(['wf_b', 'wf_a']);
});

test('what is no workflow in a list is left out and reported', async () => {
  addWorkflows([{ id: 'wf_a', label: 'A' }]);
  const list = [{ id: 'wf_a' }, { id: 'wf_b' }, { id: 'asst_1' }, null, 'wf_c'];
  expect(await imported(file({ workflows: list }))).toBe(
    'Imported: 1. Already there: 1. Left out, without an id that begins with wf_: 3.',
  );
  expect(knownWorkflows().map(({ id }) => id)).toEqual(['wf_a', 'wf_b']);
});

test('a label comes along, and does not overwrite one', async () => {
  addWorkflows([
    { id: 'wf_a', label: 'Mine' },
    { id: 'wf_b', label: '' },
  ]);
  await imported(
    file([
      { id: 'wf_a', label: 'Theirs' },
      { id: 'wf_b', label: 'B' },
    ]),
  );
  expect(knownWorkflows().map(nameOf)).toEqual(['Mine', 'B']);
});

test('a file that is no list is refused with what it should be', async () => {
  await expect(imported(new File(['hello'], 'a.txt'))).rejects.toThrow('“a.txt” is not JSON');
  await expect(imported(file({ workflows: [{ id: 'asst_1' }] }))).rejects.toThrow('holds no workflow');
  await expect(imported(file(null))).rejects.toThrow('holds no workflow');
});
