/*
 * Where CommonMark and the writer part ways, after parsing: the tree says what was read, the source what was written.
 */
import type { Heading, Html, Link, Nodes, Parents, PhrasingContent, Root, Table } from 'mdast';
import { isBlockTag, tagOf } from './syntax/tags';

export function asMeant(tree: Root, source: string): void {
  visit(tree);

  function visit(parent: Parents) {
    for (let at = 0; at < parent.children.length; at++) {
      const child = parent.children[at] as Nodes;
      if ('children' in child) visit(child as Parents);
      const meant = child.type === 'html' ? htmlAsMeant(child, parent) : asWritten(child, source);
      if (!meant) continue;
      parent.children.splice(at, 1, ...(meant as never[]));
      at += meant.length - 1;
    }
  }
}

function asWritten(node: Nodes, source: string): Nodes[] | undefined {
  if (node.type === 'table') widen(node);
  if (node.type === 'link') return linkAsMeant(node, source);
  if (node.type === 'heading') return headingAsMeant(node, source);
  if (node.type !== 'linkReference' || node.referenceType !== 'shortcut' || !/^\d+$/.test(node.label ?? '')) {
    return undefined;
  }
  // "[1]" with its address at the end of the text keeps its brackets, as it has them until that end is there.
  const bracket = (value: string): PhrasingContent => ({ type: 'text', value });
  return [{ ...node, children: [bracket('['), ...node.children, bracket(']')] }];
}

const PROSE = /^(?:paragraph|heading|emphasis|strong|delete|link|linkReference)$/;

/** The tag of a block in the middle of a sentence is named there; one that begins a line is read as a block. */
function htmlAsMeant({ value }: Html, parent: Parents): Nodes[] | undefined {
  const tag = tagOf(value);
  if (!tag || !PROSE.test(parent.type) || !isBlockTag(tag) || /^(?:picture|source)$/.test(tag.name)) return;
  const [first] = parent.children;
  const begins = first?.type === 'html' && tagOf(first.value)?.name === tag.name;
  const closed = parent.children.some((child) => child.type === 'html' && tagOf(child.value)?.closing);
  return parent.type === 'heading' && begins && closed ? undefined : [{ type: 'text', value }];
}

/** A row with more cells than the first one keeps them. */
function widen(table: Table) {
  const columns = Math.max(...table.children.map((row) => row.children.length));
  table.align = Array.from({ length: columns }, (_, at) => table.align?.[at] ?? null);
}

const startOf = (node: Nodes) => node.position?.start.offset ?? 0;
const endOf = (node: Nodes) => node.position?.end.offset ?? 0;

/** A line of dashes below a text is a line; a line of equals signs below more than one line is text. */
function headingAsMeant(node: Heading, source: string): Nodes[] | undefined {
  const written = source.slice(startOf(node), endOf(node));
  const underline = /\n[ \t>]*(=+|-+)[ \t]*$/.exec(written);
  if (!underline || /^#/.test(written)) return undefined;
  const { children } = node;
  if (underline[1]?.startsWith('-')) return [{ type: 'paragraph', children }, { type: 'thematicBreak' }];
  const lines = written.split('\n').length - 1;
  if (lines === 1 && (underline[1]?.length ?? 0) > 2) return undefined;
  return [{ type: 'paragraph', children: [...children, { type: 'text', value: `\n${underline[1]}` }] }];
}

/** Ends of addresses that are none: what belongs to the sentence around them. */
const END_OF_ADDRESS =
  /[\u2018\u2019\u201C\u201D\u00BB\u00AB\u2026\u3000-\u303F\uFF00-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]/;
const HOST_AND_WORDS = /^((?:https?:\/\/|www\.)[\w.-]+(?::\d+)?)(?=[^ -~])/i;

function linkAsMeant(link: Link, source: string): Nodes[] | undefined {
  const written = source.slice(startOf(link), endOf(link));
  if (written.startsWith('[')) return isCall(link, source) ? [{ type: 'text', value: written }] : undefined;
  const [only] = link.children;
  if (written.startsWith('<') || only?.type !== 'text' || link.children.length !== 1) return undefined;
  const host = HOST_AND_WORDS.exec(only.value)?.[1];
  const end = host ? host.length : only.value.search(END_OF_ADDRESS);
  if (end <= 0) return undefined;
  const cut = only.value.length - end;
  const url = link.url.slice(0, link.url.length - cut);
  const text = only.value.slice(0, end);
  return [{ ...link, url, children: [{ type: 'text', value: text }] }, ...linked(only.value.slice(end))];
}

/** Where words have no spaces between them, an address may be followed by another. */
function linked(text: string): Nodes[] {
  const at = text.search(/https?:\/\//i);
  if (at < 0) return [{ type: 'text', value: text }];
  const value = text.slice(at);
  const end = (HOST_AND_WORDS.exec(value)?.[1]?.length ?? value.search(END_OF_ADDRESS)) || -1;
  const url = end < 0 ? value : value.slice(0, end);
  const link: Link = { type: 'link', url, children: [{ type: 'text', value: url }] };
  return [{ type: 'text', value: text.slice(0, at) }, link, ...(end < 0 ? [] : linked(value.slice(end)))];
}

/** foo[0](bar) */
function isCall(link: Link, source: string): boolean {
  return /[\w)\]]/.test(source[startOf(link) - 1] ?? ' ') && /^[\w, ]*$/.test(link.url);
}
