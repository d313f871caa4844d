/** The list of workflows as a file: written, and read again, here or in another browser. */
import type { AppText } from '../language/app-language';
import { addWorkflows, type HostedWorkflow, workflowsIn } from './workflows';

type Words = AppText['workflowFile'];

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
export async function importFrom(
  file: File,
  words: Words,
  number: (count: number) => string,
): Promise<string> {
  if (file.size > MOST_BYTES) throw new Error(words.tooLarge(file.name));
  const { workflows, invalid } = contentOf(await file.text(), file.name, words);
  const added = addWorkflows(workflows);
  const known = workflows.length - added;
  const sentences = [words.imported(number(added))];
  if (known) sentences.push(words.known(number(known)));
  if (invalid) sentences.push(words.leftOut(number(invalid)));
  return sentences.join(' ');
}

/** Both this page's own files and a bare list of {id, label} are read; strange: how many entries are no workflows. */
function contentOf(
  text: string,
  name: string,
  words: Words,
): { workflows: HostedWorkflow[]; invalid: number } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(words.notJson(name));
  }
  const list = Array.isArray(content) ? content : (content as { workflows?: unknown } | null)?.workflows;
  const workflows = workflowsIn(list);
  if (!workflows.length) throw new Error(words.noWorkflow(name));
  const invalid = (list as unknown[]).filter((entry) => !workflowsIn([entry]).length).length;
  return { workflows, invalid };
}
