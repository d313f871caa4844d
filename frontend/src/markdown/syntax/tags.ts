/*
 * Which HTML a text may contain. Everything else between angle brackets is text: a placeholder, a generic type, a
 * comparison. So is a tag with something in it that no attribute is, as in "a <b and c> d".
 */
const INLINE =
  'a abbr b bdi bdo br cite code del dfn em font i img ins kbd mark q rp rt ruby s samp small span strike strong sub sup time tt u var wbr';
const BLOCK =
  'blockquote center dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p picture pre section source summary table tbody td tfoot th thead tr ul';
const block = new Set(BLOCK.split(' '));
const known = new Set([...INLINE.split(' '), ...block]);

export const VOID_TAGS = new Set(['br', 'hr', 'img', 'source', 'wbr']);
/** Elements that end where their parent does, or their next sibling begins. */
export const OPTIONAL_END = new Set('dd dt li p tbody td tfoot th thead tr'.split(' '));
/** In which Markdown is not read. */
export const VERBATIM = new Set(['code', 'kbd', 'pre', 'samp', 'tt']);

const ATTRIBUTE = /\s+([a-z][\w:-]*)(?:\s*=\s*("[^"<]*"|'[^'<]*'|[^\s"'=<>`]+))?/gi;
const TAG =
  /^<(\/?)([a-z][a-z\d]*)((?:\s+[a-z][\w:-]*(?:\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'=<>`]+))?)*)\s*(\/?)>$/i;
const WITHOUT_VALUE = new Set(['open', 'reversed', 'disabled', 'checked', 'nowrap', 'hidden', 'controls']);

export type Tag = { name: string; closing: boolean; attributes: [name: string, value: string][] };

/** The tag that this is from its first to its last character, if it is one of those that are rendered. */
export function tagOf(source: string): Tag | undefined {
  const [, slash, name = '', rest = ''] = TAG.exec(source) ?? [];
  const tag = name.toLowerCase();
  if (!known.has(tag)) return undefined;
  const attributes: Tag['attributes'] = [];
  for (const [, key = '', value] of rest.matchAll(ATTRIBUTE)) {
    if (value === undefined && !WITHOUT_VALUE.has(key.toLowerCase())) return undefined;
    attributes.push([key.toLowerCase(), (value ?? '').replace(/^(["'])(.*)\1$/s, '$2')]);
  }
  return { name: tag, closing: slash === '/', attributes };
}

export const isBlockTag = ({ name }: Tag) => block.has(name);

const PARTIAL = /^<\/?(?:([a-z][a-z\d]*)(\s[^<>]*)?)?$/i;
const PARTIAL_ATTRIBUTES =
  /^(?:\s+[a-z][\w:-]*\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))*(?:\s*|\s+[a-z][\w:-]*(?:\s*=\s*(?:"[^"]*|'[^']*|[^\s"'=<>`]*)?)?\s*\/?)$/i;

/** Whether what follows may still make a tag of this, or a comment. */
export function mayBecomeTag(source: string): boolean {
  if ('<!--'.startsWith(source) || source.startsWith('<!--')) return true;
  const match = PARTIAL.exec(source);
  if (!match) return false;
  const name = (match[1] ?? '').toLowerCase();
  if (match[2] === undefined) return [...known].some((tag) => tag.startsWith(name));
  return known.has(name) && PARTIAL_ATTRIBUTES.test(match[2]);
}

const ATTRIBUTES: Record<string, string[]> = {
  a: ['href', 'title'],
  img: ['src', 'alt', 'title', 'width', 'height'],
  ol: ['start', 'reversed', 'type'],
  li: ['value'],
  td: ['align', 'colspan', 'rowspan'],
  th: ['align', 'colspan', 'rowspan', 'scope'],
  details: ['open'],
  time: ['datetime'],
  abbr: ['title'],
  dfn: ['title'],
  p: ['align'],
  div: ['align'],
};
const ANYWHERE = ['dir', 'lang'];
const PROPERTY: Record<string, string> = { colspan: 'colSpan', rowspan: 'rowSpan', datetime: 'dateTime' };

export function propertiesOf(
  { name, attributes }: Tag,
  decoded: (value: string) => string,
): Record<string, string | boolean> {
  const allowed = [...(Object.hasOwn(ATTRIBUTES, name) ? (ATTRIBUTES[name] ?? []) : []), ...ANYWHERE];
  return Object.fromEntries(
    attributes
      .filter(([key]) => allowed.includes(key))
      .map(([key, value]) => [
        Object.hasOwn(PROPERTY, key) ? (PROPERTY[key] as string) : key,
        WITHOUT_VALUE.has(key) ? true : decoded(value),
      ]),
  );
}
