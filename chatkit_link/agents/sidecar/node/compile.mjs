// From the file as it is to a module that Node loads: types removed, what is beside it put in, packages as
// `packages.mjs` has them. Line numbers of the file are kept by a source map.

import { readFile } from 'node:fs/promises';
import { createRequire, isBuiltin, SourceMap } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { LINK } from './link.mjs';
import { OWN, REPLACED } from './packages.mjs';
import { rewrite } from './rewrite.mjs';

const LOADERS = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx', '.jsx': 'jsx' };
const MAP = /(?:^|\n)\/\/# sourceMappingURL=.*\s*$/;
/** What a page puts around code that is copied out of it. */
const FENCE = /^\s*(`{3,}|~{3,})\s*(typescript|javascript|node|[cm]?[jt]sx?)?\s*$/i;
/** What people write for the package of the Agents SDK. */
const MISTAKEN =
  /^(@?openai[-/_]agents?(-(js|sdk|core))?|@openai\/agents-(js|sdk)|(@openai\/)?agents?(-sdk)?)$/;

/** A file that cannot be run, said with its line. */
export class Unusable extends Error {
  name = 'Unusable';

  constructor(message, line) {
    super(message);
    this.line = line;
  }
}

/**
 * Write the module of `file` to `target`. Returns its `source`, in whose tree each call that runs an agent is numbered, its
 * `text`, and the `files` that it consists of. wanted: the name of its entry, if it was named.
 */
export async function compile(file, packages, target, wanted) {
  const require = createRequire(path.join(packages, 'package.json'));
  const { build, transform } = require('esbuild');
  const { parse } = require('acorn');
  const found = { files: [file] };

  async function load(args) {
    const options = {
      loader: LOADERS[path.extname(args.path)] ?? 'js',
      platform: 'node',
      target: 'node20',
      sourcefile: args.path,
      sourcemap: 'inline',
    };
    let text = await readFile(args.path, 'utf8');
    let code;
    try {
      ({ code } = await transform(text, options));
    } catch (error) {
      const bare = withoutFences(text);
      try {
        if (bare === undefined) throw error;
        ({ code } = await transform(bare, options));
        text = bare;
      } catch ({ errors, message }) {
        return { errors: errors ?? [{ text: message }] };
      }
    }
    const map = code.match(MAP)?.[0] ?? '';
    const plain = code.slice(0, code.length - map.length);
    const isEntry = args.path === file;
    const program = parse(plain, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      allowReturnOutsideFunction: true,
    });
    const number = isEntry ? 1 : found.files.push(args.path);
    const { code: changed, source } = rewrite(plain, program, lineFinder(map), { isEntry, wanted, number });
    if (isEntry) Object.assign(found, { source, text });
    return { contents: changed + map, loader: 'js' };
  }

  const own = new Set(Object.keys(require('./package.json').dependencies));
  try {
    await build({
      entryPoints: [file],
      outfile: target,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'silent',
      define: {
        'import.meta.url': JSON.stringify(pathToFileURL(file).href),
        __filename: JSON.stringify(file),
        __dirname: JSON.stringify(path.dirname(file)),
      },
      banner: {
        // `require.main === module` is how a file of the older kind sees that it was started itself.
        js: `import{createRequire as __chatkit_link_require}from"node:module";const require=__chatkit_link_require(${JSON.stringify(file)}),module={exports:{}};`,
      },
      plugins: [
        resolving(packages, own),
        { name: 'load', setup: (on) => on.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, load) },
      ],
    });
  } catch (error) {
    throw unusable(error, file);
  }
  return found;
}

/** The code inside of the marks of Markdown, on the same lines; undefined without marks. */
function withoutFences(text) {
  const lines = text.split('\n');
  const marks = lines.flatMap((line, number) => (FENCE.test(line) ? [number] : []));
  if (marks.length === 0) return undefined;
  let inside = marks.length === 1 && marks[0] > lines.length / 2; // only the last one was copied
  const kept = lines.map((line, number) => {
    if (marks.includes(number)) inside = !inside;
    return inside && !marks.includes(number) ? line : '';
  });
  return kept.join('\n');
}

/** The line of the file that a place of the text without types comes from. */
function lineFinder(map) {
  const encoded = map.slice(map.indexOf('base64,') + 'base64,'.length).trim();
  const lines = new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  return (line, column) => (lines.findEntry(line, column).originalLine ?? line) + 1;
}

/** Ours of the packages come from `packages`, all others from where the file is. None is put into the module. */
function resolving(packages, own) {
  return {
    name: 'resolve',
    setup(on) {
      on.onResolve({ filter: /.*/ }, async (args) => {
        if (args.pluginData === 'found' || args.kind === 'entry-point') return undefined;
        if (args.path.startsWith('.') || path.isAbsolute(args.path)) return undefined;
        if (isBuiltin(args.path)) return { path: args.path, external: true };
        const isReal = args.namespace === 'replaced';
        if (!isReal && Object.hasOwn(REPLACED, args.path)) return { path: args.path, namespace: 'replaced' };
        const [scope, name] = args.path.split('/');
        const ours = own.has(args.path.startsWith('@') ? `${scope}/${name}` : scope) || isReal;
        const resolved = await on.resolve(args.path, {
          kind: args.kind,
          resolveDir: ours ? packages : args.resolveDir,
          pluginData: 'found',
        });
        if (resolved.errors.length > 0) {
          return { errors: [{ text: missing(args) }] };
        }
        if (!resolved.path.includes(`${path.sep}node_modules${path.sep}`)) return resolved;
        const required = args.kind === 'require-call' || args.kind === 'require-resolve';
        return { path: required ? resolved.path : pathToFileURL(resolved.path).href, external: true };
      });
      on.onLoad({ filter: /.*/, namespace: 'replaced' }, (args) => replaced(args.path, packages));
    },
  };
}

function missing({ path: name, resolveDir }) {
  if (MISTAKEN.test(name)) {
    return `there is no package ${name}. The Agents SDK is imported as \`from "@openai/agents"\`.`;
  }
  const parts = name.split('/');
  const root = name.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
  return (
    `the package ${name} is not installed. Run \`npm install ${root}\` in ${resolveDir}: packages are looked up in ` +
    'node_modules beside the file. Or remove the import.'
  );
}

/** The module of a package with what is ours in it: every name is exported one by one. */
async function replaced(name, packages) {
  const real = OWN.has(name) ? {} : await realModule(name, packages);
  const given = REPLACED[name](real);
  const key = JSON.stringify(name);
  globalThis[LINK].modules[name] = given;
  const names = Object.keys(given).filter((each) => each !== 'default');
  const all = `globalThis[Symbol.for("chatkit-link")].modules[${key}]`;
  const contents = `const all=${all};export const {${names.join(',')}}=all;${'default' in given ? 'export default all.default;' : ''}`;
  return { contents, loader: 'js', resolveDir: packages };
}

/** The module that `import` finds, not the one that `require` does: of some packages there are two. */
async function realModule(name, packages) {
  const finder = path.join(packages, 'find.mjs');
  const { find } = await import(pathToFileURL(finder).href);
  return await import(find(name));
}

function unusable(error, file) {
  const first = error.errors?.[0];
  if (first === undefined) return error;
  const where = first.location;
  const other = where && path.resolve(where.file) !== file ? `${path.basename(where.file)}: ` : '';
  return new Unusable(`${other}${first.text}`, where?.line);
}
