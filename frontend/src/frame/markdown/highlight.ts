/** Colours for code. Loaded with the first block that has a language: it outweighs the rest of a small answer. */
import { common, createLowlight } from 'lowlight';

export type Coloured = { text: string } | { className: string; children: Coloured[] };

const lowlight = createLowlight(common);

/** Null when we do not know the language. */
export function coloured(code: string, language: string): Coloured[] | null {
  if (!lowlight.registered(language)) return null;
  return lowlight.highlight(language, code).children.flatMap(colouredNode);
}

type Node = ReturnType<typeof lowlight.highlight>['children'][number];

function colouredNode(node: Node): Coloured[] {
  if (node.type === 'text') return [{ text: node.value }];
  if (node.type !== 'element') return [];
  const names = node.properties.className;
  const className = Array.isArray(names) ? names.join(' ') : '';
  return [{ className, children: node.children.flatMap(colouredNode) }];
}
