/** Formulas back in their places (maths.ts): as elements where text is drawn, as their source where none can be. */
import type { ElementContent, Nodes } from 'hast';
import { type Formula, hasFormula, readable, splitAtFormulas, withSources } from './maths';

export const FORMULA_TAG = 'math-formula';

export function formulasAsElements(tree: Nodes, formulas: Formula[]): void {
  if (formulas.length === 0) return;
  visit(tree, false);

  function visit(node: Nodes, verbatim: boolean) {
    if (node.type === 'element') {
      for (const [name, value] of Object.entries(node.properties)) {
        if (typeof value !== 'string') continue;
        const written = readable(value);
        if (hasFormula(written)) node.properties[name] = withSources(written, formulas);
      }
    }
    if (!('children' in node)) return;
    const inCode =
      verbatim || (node.type === 'element' && (node.tagName === 'code' || node.tagName === 'pre'));
    node.children = node.children.flatMap((child) => {
      if (child.type === 'text' && hasFormula(child.value)) {
        return inCode
          ? [{ ...child, value: withSources(child.value, formulas) }]
          : pieces(child.value, formulas);
      }
      visit(child, inCode);
      return [child];
    }) as ElementContent[];
  }
}

function pieces(text: string, formulas: Formula[]): ElementContent[] {
  return splitAtFormulas(text).flatMap((piece, at): ElementContent[] => {
    if (at % 2 === 0) return piece ? [{ type: 'text', value: piece }] : [];
    const formula = formulas[Number(piece)];
    if (!formula) return [];
    const { tex, source, display } = formula;
    return [
      {
        type: 'element',
        tagName: FORMULA_TAG,
        properties: { tex, source, display: display ? 'block' : 'inline' },
        children: [],
      },
    ];
  });
}
