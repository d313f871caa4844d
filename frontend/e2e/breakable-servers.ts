/*
 * Servers that a test kills, stops, freezes and starts again; tests/faults/test_page.py has started them, and tells
 * where it listens for that. A server is named by its port; the only one there is needs no name.
 */
const control = process.env.CHATKIT_LINK_E2E_CONTROL ?? '';
/** Where the load balancer counts what each server is doing. */
const state = process.env.CHATKIT_LINK_E2E_STATE ?? '';

export type Blow = 'kill' | 'terminate' | 'freeze';

/** Resolves when it has happened; of `start`, when the server takes requests. */
export async function order(what: Blow | 'start' | 'thaw', port = '') {
  const { ok } = await fetch(`${control}/${what}/${port}`, { method: 'POST' });
  if (!ok) throw new Error(`The test's servers did not ${what}.`);
}

/** The replica that streams the only answer there is; empty while there is none. */
export async function streaming(): Promise<string> {
  const [head = '', ...rows] = (await (await fetch(state)).text()).split('\n');
  const names = head.replace('# ', '').split(',');
  const value = (row: string, name: string) => row.split(',')[names.indexOf(name)] ?? '';
  const busy = rows.filter((row) => value(row, 'pxname') === 'chat' && Number(value(row, 'scur')) > 0);
  return busy.map((row) => value(row, 'svname')).find((name) => /^\d+$/.test(name)) ?? '';
}
