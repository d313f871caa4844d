// The pipe to the server: its lines come in on stdin, ours go out on stdout. Nothing else may use the two: what the
// workflow prints goes to stderr, which the server logs, and its stdin is empty.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

import { asJson } from './writable.mjs';

/**
 * Take stdin and stdout over. Returns `{ lines, send }`: the lines of the server, and what writes one to it, which throws
 * what cannot be written.
 */
export function takePipe() {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  const input = createReadStream('', { fd: 0, autoClose: false });
  Object.defineProperty(process, 'stdin', { value: Readable.from([]), configurable: true });
  return {
    lines: createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }),
    send: (message) => write(`${asJson(message)}\n`),
  };
}
