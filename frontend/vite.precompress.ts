/*
 * Writes `name.br` and `name.gz` beside each file of the build that gets smaller by it, at the highest levels: the
 * server sends them as they are (chatkit_link/http/static_files.py), and spends no time on them.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin, ResolvedConfig } from 'vite';

/** Fonts and pictures are compressed in themselves. */
const TEXT = /\.(css|html|js|json|svg)$/;

export function precompress(): Plugin {
  let config: ResolvedConfig;
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(resolved) {
      config = resolved;
    },
    async writeBundle({ dir }, bundle) {
      if (!dir) return;
      const written = [...Object.keys(bundle), ...(await copiedFrom(config.publicDir))];
      await Promise.all(written.filter((name) => TEXT.test(name)).map((name) => compress(join(dir, name))));
    },
  };
}

const copiedFrom = async (folder: string) => (folder ? await readdir(folder, { recursive: true }) : []);

async function compress(path: string) {
  const content = await readFile(path);
  const brotli = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
  await Promise.all([
    keepIfSmaller(`${path}.br`, promisify(brotliCompress)(content, brotli)),
    keepIfSmaller(`${path}.gz`, promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION })),
  ]);

  async function keepIfSmaller(name: string, compressed: Promise<Buffer>) {
    const found = await compressed;
    if (found.length < content.length) await writeFile(name, found);
  }
}
