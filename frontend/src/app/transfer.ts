/** The list of workflows as a file: written, and read again, here or in another browser. */
import { addWorkflows, type Workflow, workflowsIn } from './workflows';

const FORMAT = 'chatkit-link/connections';
const MOST_BYTES = 1_000_000;

export const fileOf = (workflows: Workflow[]) =>
  `${JSON.stringify({ format: FORMAT, version: 1, workflows }, null, 2)}\n`;

export function download(workflows: Workflow[]) {
  const url = URL.createObjectURL(new Blob([fileOf(workflows)], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: 'chatkit-workflows.json' });
  link.click();
  // The download has begun by then; a URL that is never revoked keeps its bytes.
  setTimeout(() => URL.revokeObjectURL(url));
}

/** Adds what is in a file to the list, and says what came of it. Throws an Error with a sentence. */
export async function importFrom(file: File): Promise<string> {
  if (file.size > MOST_BYTES) throw new Error(`“${file.name}” is too large for a list of workflows.`);
  const workflows = workflowsOf(await file.text(), file.name);
  const added = addWorkflows(workflows);
  const known = workflows.length - added;
  const there = known && `${known === 1 ? 'one was' : `${known} were`} there already`;
  return `${added === 1 ? '1 workflow' : `${added || 'No'} workflows`} imported${there ? `; ${there}` : ''}.`;
}

/** Both this page's own files and a bare list of {id, label} are read. */
function workflowsOf(text: string, name: string): Workflow[] {
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
  return workflows;
}
