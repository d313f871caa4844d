/** The OpenAI-hosted workflows that this browser knows. */
import { readStored, useStored, writeStored } from '../local-storage';

/** label: empty where the user gave none. */
export type HostedWorkflow = { id: string; label: string };

const NAME = 'workflows';
const ID = /wf_[A-Za-z0-9_-]{1,128}/;
const LONGEST_LABEL = 80;

/** The workflow id in what a user typed or pasted: an id, or any link that holds one. */
export const idIn = (text: string): string | null => ID.exec(text)?.[0] ?? null;
export const isId = (text: string) => idIn(text) === text;

export const useWorkflows = () => useStored(NAME, read);
export const knownWorkflows = () => read(readStored(NAME));

/** wf_68e8…f2a9: enough to distinguish two of them. */
export const shortId = (id: string) => (id.length > 16 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id);
export const nameOf = ({ id, label }: HostedWorkflow) => label || shortId(id);

const cleanLabel = (label: unknown) =>
  typeof label === 'string' ? label.trim().slice(0, LONGEST_LABEL) : '';

/** Those entries of a list that are workflows, each id once. */
export function workflowsIn(list: unknown): HostedWorkflow[] {
  if (!Array.isArray(list)) return [];
  const found = new Map<string, HostedWorkflow>();
  for (const entry of list as Partial<HostedWorkflow>[]) {
    const id = entry?.id;
    if (typeof id === 'string' && isId(id) && !found.has(id))
      found.set(id, { id, label: cleanLabel(entry.label) });
  }
  return [...found.values()];
}

function read(text: string | null): HostedWorkflow[] {
  try {
    return workflowsIn(JSON.parse(text ?? '[]'));
  } catch {
    return [];
  }
}

const keep = (list: HostedWorkflow[]) => writeStored(NAME, JSON.stringify(list));

/** Adds what is not there yet, and gives a label to what is there without one; returns how many are new. */
export function addWorkflows(given: HostedWorkflow[]): number {
  const list = knownWorkflows();
  let added = 0;
  for (const { id, label } of given) {
    const known = list.find((workflow) => workflow.id === id);
    if (!known) {
      added = list.push({ id, label: cleanLabel(label) }) && added + 1;
    } else known.label ||= cleanLabel(label);
  }
  keep(list);
  return added;
}

export const renameWorkflow = (id: string, label: string) =>
  keep(knownWorkflows().map((known) => (known.id === id ? { id, label: cleanLabel(label) } : known)));

/** Removes one and returns what puts it back where it was. */
export function removeWorkflow(id: string): () => void {
  const before = knownWorkflows();
  const at = before.findIndex((known) => known.id === id);
  const [removed] = before.splice(at, at < 0 ? 0 : 1);
  keep(before);
  return () => {
    const now = knownWorkflows();
    if (removed && !now.some((known) => known.id === id)) keep(now.toSpliced(at, 0, removed));
  };
}
