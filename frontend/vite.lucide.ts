/*
 * lucide's icons as data, one module for each first letter: a widget that names one of some two thousand icons
 * (`lucide:rocket`) costs a few kilobytes then, instead of 200 for all of them or a file for each.
 */
import type { Plugin } from 'vite';

const INDEX = 'virtual:lucide';
const SHELF = /^virtual:lucide\/([a-z])$/;
const own = (id: string) => `\0${id}`;

type Icons = Record<string, () => Promise<unknown>>;

export function lucideByLetter(): Plugin {
  const names = async () => {
    const { default: icons } = (await import('lucide-react/dynamicIconImports.mjs')) as { default: Icons };
    return icons;
  };
  return {
    name: 'lucide-by-letter',
    resolveId: (id) => (id === INDEX || SHELF.test(id) ? own(id) : null),
    async load(id) {
      if (id === own(INDEX)) {
        const letters = [...new Set(Object.keys(await names()).map((name) => name.charAt(0)))].sort();
        const loads = letters.map((letter) => `${letter}: () => import('${INDEX}/${letter}')`);
        return `export const shelves = { ${loads.join(', ')} };`;
      }
      const letter = SHELF.exec(id.slice(1))?.[1];
      if (!letter || id !== own(`${INDEX}/${letter}`)) return null;
      const icons = Object.entries(await names()).filter(([name]) => name.startsWith(letter));
      const drawn = await Promise.all(
        icons.map(async ([name, load]) => [name, nodeOf(await load())] as const),
      );
      return `export default ${JSON.stringify(Object.fromEntries(drawn))};`;
    },
  };
}

function nodeOf(module: unknown): unknown {
  const { __iconData: data } = module as { __iconData?: { node?: unknown } };
  if (!data?.node)
    throw new Error('lucide-react keeps the data of its icons elsewhere now: see vite.lucide.ts.');
  return data.node;
}
