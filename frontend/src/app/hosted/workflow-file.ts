/** The list of workflows as a file: written, and read again, here or in another browser. */
import { addWorkflows, type HostedWorkflow, workflowsIn } from './workflows';

const FORMAT = 'chatkit-link/connections';
const MOST_BYTES = 1_000_000;

export const fileOf = (workflows: HostedWorkflow[]) =>
  `${JSON.stringify({ format: FORMAT, version: 1, workflows }, null, 2)}\n`;

export function download(workflows: HostedWorkflow[]) {
  const url = URL.createObjectURL(new Blob([fileOf(workflows)], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: 'chatkit-workflows.json' });
  link.click();
  // The download has started by then; a URL that is never revoked keeps its bytes.
  setTimeout(() => URL.revokeObjectURL(url));
}

/** Adds what is in a file to the list; returns a sentence with the result. Throws an Error with a sentence. */
export async function importFrom(file: File): Promise<string> {
  if (file.size > MOST_BYTES) throw new Error(`“${file.name}” is too large for a list of workflows.`);
  const { workflows, invalid } = contentOf(await file.text(), file.name);
  const added = addWorkflows(workflows);
  return `${[
    `${added === 1 ? '1 workflow' : `${added || 'No'} workflows`} imported`,
    some(workflows.length - added, 'there already'),
    some(invalid, 'left out, without an id that begins with wf_'),
  ]
    .filter(Boolean)
    .join('; ')}.`;
}

const some = (count: number, what: string) => count && `${count === 1 ? 'one was' : `${count} were`} ${what}`;

/** Both this page's own files and a bare list of {id, label} are read; strange: how many entries are no workflows. */
function contentOf(text: string, name: string): { workflows: HostedWorkflow[]; invalid: number } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(`“${name}” is not JSON: choose a file that was exported here.`);
  }
  const list = Array.isArray(content) ? content : (content as { workflows?: unknown } | null)?.workflows;
  const workflows = workflowsIn(list);
  if (!workflows.length)
    throw new Error(`“${name}” holds no workflow: each needs an id that begins with wf_.`);
  const invalid = (list as unknown[]).filter((entry) => !workflowsIn([entry]).length).length;
  return { workflows, invalid };
}
