/*
 * What earlier versions of this page left in the browser, under names of their own. It is carried over once and
 * then removed. An API key that was kept without being asked for stays for this tab only, and the user gets a notice.
 */
import { hasApiKey, storeApiKey } from './hosted/api-key';
import { addWorkflows, isId, workflowsIn } from './hosted/workflows';
import { readStored, writeStored } from './local-storage';

const NAMES = {
  workflows: 'chatkit_workflows',
  active: 'chatkit_active_workflow',
  collapsed: 'chatkit_sidebar_collapsed',
  key: 'chatkit_api_key',
};

/** Returns what the user should know about it, if anything. */
export function migrateLegacyStorage(): string | null {
  const left = Object.fromEntries(Object.entries(NAMES).map(([what, name]) => [what, take(name)]));
  addLegacyWorkflows(left.workflows);
  if (left.active && isId(left.active) && !readStored('active'))
    writeStored('active', `workflow:${left.active}`);
  if (left.collapsed === 'true' && !readStored('collapsed')) writeStored('collapsed', 'yes');
  if (!left.key || hasApiKey()) return null;
  storeApiKey(left.key, false);
  return 'Your API key is no longer stored on this device: it is kept for this tab only.';
}

function take(name: string): string | null {
  try {
    const value = localStorage.getItem(name);
    localStorage.removeItem(name);
    return value;
  } catch {
    return null;
  }
}

function addLegacyWorkflows(text: string | null | undefined) {
  try {
    const list = workflowsIn(JSON.parse(text ?? '[]'));
    if (list.length) addWorkflows(list);
  } catch {
    // A list that cannot be read holds nothing to carry over.
  }
}
