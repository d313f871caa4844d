import type { Nodes } from 'hast';
import { definitionsFor, definitionsOf } from '../definitions';
import { FORMULA_TAG } from '../formula-elements';
import { limitNesting } from '../limit-nesting';
import { NOTE_TAG, parse } from '../parse';
import { sectionsOf } from '../sections';

/** The words and signs that a person sees of a text, without the notes below it. */
export function visibleText(source: string, growing: boolean, before: string[] = []): string {
  const text = limitNesting(source);
  const sections = sectionsOf(text, before);
  before.splice(0, before.length, ...sections);
  const definitions = definitionsOf(text, growing);
  const { numbers } = definitions;
  const visible = (node: Nodes): string => {
    if (node.type === 'text') return node.value;
    if (node.type !== 'element') return 'children' in node ? node.children.map(visible).join('') : '';
    if (node.tagName === FORMULA_TAG) return `⟦${node.properties.tex}⟧`;
    if (node.tagName === NOTE_TAG) return `(${numbers.get(String(node.properties.label)) ?? '?'})`;
    if (node.tagName === 'img') return `⟨${node.properties.src}⟩`;
    if (node.tagName === 'br' || node.tagName === 'hr') return ' ';
    return node.children.map(visible).join('') + (/^(p|li|td|th|h\d|pre)$/.test(node.tagName) ? ' ' : '');
  };
  return sections
    .map((section, at) => {
      const isLast = at === sections.length - 1;
      return visible(parse(definitionsFor(section, definitions) + section, growing && isLast).tree);
    })
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}
