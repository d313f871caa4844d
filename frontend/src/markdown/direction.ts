import type { Nodes, Root } from 'hast';

const STRONG =
  /(\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Syriac}|\p{Script=Thaana}|\p{Script=Nko})|\p{L}/gu;
const ENOUGH = 2_000;

/**
 * Each block is written in the direction of most of its letters, and not of its first: a Hebrew sentence may begin
 * with the name of a product. Code counts for nothing.
 */
export function setDirections(tree: Root): void {
  for (const child of tree.children) {
    if (child.type === 'element') child.properties.dir ??= directionOf(wordsOf(child));
  }
}

/** That of most of its letters. */
export function directionOf(text: string): 'ltr' | 'rtl' {
  let [left, right] = [0, 0];
  for (const [, rtl] of text.slice(0, ENOUGH).matchAll(STRONG)) {
    if (rtl) right++;
    else left++;
  }
  return right > left ? 'rtl' : 'ltr';
}

function wordsOf(node: Nodes): string {
  if (node.type === 'text') return node.value;
  if (!('children' in node) || (node.type === 'element' && /^(code|kbd|pre|samp)$/.test(node.tagName)))
    return '';
  return node.children.map(wordsOf).join('');
}
