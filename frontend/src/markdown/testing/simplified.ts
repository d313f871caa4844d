/** What is drawn, as little HTML: which elements hold which text, and where links lead. */
export function simplified(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE)
    return (node.textContent ?? '').replace(/[&<>]/g, (mark) => ENTITY[mark] ?? mark);
  if (!(node instanceof Element)) return '';
  const inner = [...node.childNodes].map(simplified).join('');
  if (node.classList.contains('md-formula')) {
    const { source = '', display } = (node as HTMLElement).dataset;
    return `<math${display === 'block' ? ' block' : ''}>${source}</math>`;
  }
  if (node.matches('figure.md-pre')) {
    const label = node.querySelector('figcaption > span')?.textContent;
    return `<pre ${label}>${[...(node.querySelector('code')?.childNodes ?? [])].map(simplified).join('')}</pre>`;
  }
  if (node.matches('.md, .md-section, section.md-table, .md-marked')) return inner;
  if (node.matches('.md-tick')) return node.getAttribute('aria-label') === 'Done' ? '[done]' : '[to do]';
  const tag = node.tagName.toLowerCase();
  if (tag === 'span') return inner;
  const shown = ['href', 'start', 'align', 'open', 'src', 'alt']
    .filter((name) => node.hasAttribute(name))
    // The ids of notes are each message's own.
    .map((name) => ` ${name}="${(node.getAttribute(name) ?? '').replace(/^#.*-note-/, '#note-')}"`)
    .join('');
  return /^(br|hr|img|wbr)$/.test(tag) ? `<${tag}${shown}>` : `<${tag}${shown}>${inner}</${tag}>`;
}

const ENTITY: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
