/** Colours for code. Loaded with the first block that has a language: it outweighs the rest of a small answer. */
import { common, createLowlight } from 'lowlight';

export type HighlightedNode = { text: string } | { className: string; children: HighlightedNode[] };

const lowlight = createLowlight(common);

/** Null when we do not know the language. */
export function highlight(code: string, language: string): HighlightedNode[] | null {
  if (!lowlight.registered(language)) return null;
  return lowlight.highlight(language, code).children.flatMap(highlightedNode);
}

type Node = ReturnType<typeof lowlight.highlight>['children'][number];

function highlightedNode(node: Node): HighlightedNode[] {
  if (node.type === 'text') return [{ text: node.value }];
  if (node.type !== 'element') return [];
  const names = node.properties.className;
  const className = Array.isArray(names) ? names.join(' ') : '';
  return [{ className, children: node.children.flatMap(highlightedNode) }];
}
