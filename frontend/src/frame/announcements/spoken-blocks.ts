/*
 * An answer as it is read aloud, from what is on the screen and not from its Markdown: so nothing of the markup is
 * said, and what is drawn as something else (code, tables, formulas) is named in a few words.
 */

export type Names = {
  code(language: string): string;
  table(columns: string): string;
};

/** The blocks of an answer in their order. While it grows, blocks are only ever added after the last one. */
export function blocksOf(article: Element): Element[] {
  return [...article.children].flatMap((child) => (isWrapper(child) ? blocksOf(child) : [child]));
}

const isWrapper = (element: Element) => element.tagName === 'DIV' && !element.matches('.katex-display');

/** Runs of words that belong together, such as a paragraph or an entry of a list. */
export function runsOf(block: Element, names: Names): string[] {
  const runs: string[] = [];
  let run = '';
  let number = '';
  const end = () => {
    const words = run.replace(/\s+/g, ' ').trim();
    run = '';
    if (!words) return;
    runs.push(number + words);
    number = '';
  };
  const apart = (words: string) => {
    end();
    run = words;
    end();
  };
  const visit = (node: Node) => {
    if (node instanceof Text) run += node.data;
    if (!(node instanceof Element) || node.matches(UNSPOKEN)) return;
    if (node.matches('pre, figure:has(pre)')) return apart(names.code(languageOf(node)));
    if (node.matches('table')) return apart(names.table(columnsOf(node)));
    const instead = nameOf(node);
    if (instead !== null) {
      run += instead;
      return;
    }
    const isRun = node.matches(RUN);
    if (isRun) end();
    if (node.matches('ol > li')) number = `${numberOf(node)}. `;
    if (node.matches('br')) run += ' ';
    for (const child of node.childNodes) visit(child);
    if (isRun) end();
  };
  visit(block);
  end();
  return runs;
}

const RUN = 'p, li, h1, h2, h3, h4, h5, h6, blockquote, div, dt, dd, figcaption, section';
/** Controls, marks of citations and of notes, and what is live itself. */
const UNSPOKEN =
  'button:not(.md-picture), [aria-hidden="true"], [role="status"], [role="alert"], .cite, sup:has(a), .sources, style, script';

/** What a picture or a formula is called; null for what is made of words. */
function nameOf(node: Element): string | null {
  if (node instanceof HTMLImageElement) return node.alt;
  // One that waits for a click.
  if (node.matches('.md-picture')) return node.querySelector('.md-picture-alt')?.textContent ?? '';
  if (node.getAttribute('role') === 'img') return `${node.getAttribute('aria-label') ?? ''} `;
  if (node.matches('math')) {
    const words = node.cloneNode(true) as Element;
    for (const note of words.querySelectorAll('annotation')) note.remove();
    return words.textContent ?? '';
  }
  return null;
}

const languageOf = (node: Element) =>
  (node.querySelector('figcaption span') ?? node.querySelector('[data-language]'))?.textContent?.trim() ?? '';

const columnsOf = (table: Element) =>
  [...(table.querySelector('tr')?.children ?? [])]
    .map((cell) => cell.textContent?.replace(/\s+/g, ' ').trim())
    .filter(Boolean)
    .join(', ');

function numberOf(entry: Element): number {
  const list = entry.parentElement as HTMLOListElement;
  return list.start + [...list.children].indexOf(entry);
}
