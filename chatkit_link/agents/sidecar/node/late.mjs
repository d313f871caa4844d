// A limit on the time that the file's own code may take while it is loaded, whether it waits for ever or computes for
// ever. Another thread measures it, which a busy one cannot keep from doing so. Imports of packages are not counted.

import { readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** Places in the shared memory: the line that was reached, its file (from 1), and whether the file is loaded. */
const [LINE, FILE, DONE] = [0, 1, 2];

let shared = new Int32Array(3);

/** Called at each statement at the top of a file. */
export function reached(line, file) {
  shared[FILE] = file;
  Atomics.store(shared, LINE, line);
  Atomics.notify(shared, LINE);
}

/** Run `load`; a file that takes longer ends this process, and the request `id` is answered with the line. */
export async function inTime(load, { id, seconds, files }) {
  shared = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL(import.meta.url), { workerData: { shared, id, seconds, files } });
  worker.unref();
  try {
    return await load();
  } finally {
    Atomics.store(shared, DONE, 1);
    Atomics.notify(shared, DONE);
    await worker.terminate();
  }
}

function watch({ shared, id, seconds, files }) {
  Atomics.wait(shared, LINE, 0);
  if (Atomics.wait(shared, DONE, 0, seconds * 1000) !== 'timed-out') return;
  const [line, file] = [shared[LINE], files[shared[FILE] - 1]];
  const code = readFileSync(file, 'utf8').split('\n')[line - 1]?.trim().slice(0, 80) ?? '';
  const other = file === files[0] ? '' : `${path.basename(file)}: `;
  const message =
    `${other}this was not done after ${seconds} seconds: \`${code}\`. Nothing may wait or go on for ever while the ` +
    "file is loaded: move it into the workflow's function, or remove it.";
  const error = { code: -32000, message, data: { name: 'Unusable', stack: '', line } };
  writeSync(1, `${JSON.stringify({ jsonrpc: '2.0', id, error })}\n`);
  process.kill(process.pid, 'SIGKILL');
}

if (!isMainThread) watch(workerData);
