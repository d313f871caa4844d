/*
 * Where the nodes of a template stand in its text. A template is JSON with Jinja in it, and often not yet right, so it
 * is not parsed: it is read once, sign by sign, for brackets, keys and strings; what Jinja wrote is passed over.
 */
export type Prop = { name: string; start: number; valueStart: number; end: number };

export type TemplateNode = {
  type: string;
  /** From its brace to behind its last one. */
  start: number;
  end: number;
  props: Prop[];
  parent: TemplateNode | null;
  /** Between the brackets of its children; null where it has none, or one child without brackets. */
  inside: { start: number; end: number; nodes: TemplateNode[] } | null;
};

type Frame = {
  brace: '{' | '[';
  start: number;
  /** The key that it is the value of, in an object. */
  under: string;
  /** Of an object: the key whose value is read. */
  prop: Prop | null;
  node: TemplateNode;
};

/** Every node, each before those inside it. */
export function nodesIn(template: string): TemplateNode[] {
  const found: TemplateNode[] = [];
  const open: Frame[] = [];
  let at = 0;
  while (at < template.length) {
    const sign = template[at] as string;
    const top = open.at(-1);
    if (isJinja(template, at)) {
      at = behindJinja(template, at);
      continue;
    }
    if (sign === '"') {
      const end = behindString(template, at);
      readString(template, at, end, top);
      at = end;
      continue;
    }
    if (sign === '{' || sign === '[') {
      const frame = opened(sign, at, open);
      if (sign === '{') found.push(frame.node);
      else if (frame.under === 'children' && top?.brace === '{')
        frame.node.inside = { start: at + 1, end: template.length, nodes: [] };
      open.push(frame);
    } else if (sign === ',' && top?.brace === '{') endProp(template, top, at);
    else if (sign === '}' || sign === ']') close(template, open, sign, at);
    at += 1;
  }
  for (const frame of open) if (frame.brace === '{') frame.node.end = template.length;
  const nodes = found.filter(({ type }) => type !== '');
  for (const node of nodes) node.parent?.inside?.nodes.push(node);
  return nodes;
}

/** The innermost node around a place; its edges count, so that what was just inserted is found. */
export const nodeAt = (nodes: TemplateNode[], at: number) =>
  nodes
    .filter(({ start, end }) => start <= at && at <= end)
    .sort((one, other) => length(one) - length(other))[0];

const length = ({ start, end }: TemplateNode) => end - start;

function opened(brace: '{' | '[', start: number, open: Frame[]): Frame {
  const around = open.at(-1);
  let under = around ? around.under : 'children';
  if (around?.brace === '{') under = under === 'children' ? (around.prop?.name ?? NONE) : NONE;
  if (brace === '[') return { brace, start, under, prop: null, node: around?.node ?? nothing(start) };
  // An object that is neither a root nor a child is no node: an action, a series, a status.
  const isNode = under === 'children';
  const parent = isNode && around && open.some((frame) => frame.brace === '{') ? around.node : null;
  const node = { ...nothing(start), parent };
  return { brace, start, under: isNode ? under : NONE, prop: null, node };
}

/** Of what no node is in. */
const NONE = 'none';

const nothing = (start: number): TemplateNode => ({
  type: '',
  start,
  end: start,
  props: [],
  parent: null,
  inside: null,
});

function readString(template: string, start: number, end: number, top: Frame | undefined) {
  if (top?.brace !== '{') return;
  const value = template.slice(start + 1, end - 1);
  if (!top.prop && /^\s*:/.test(template.slice(end, end + 20))) {
    const colon = template.indexOf(':', end);
    const valueStart = colon + 1 + (/^\s*/.exec(template.slice(colon + 1))?.[0].length ?? 0);
    top.prop = { name: value, start, valueStart, end: valueStart };
  } else if (top.prop?.name === 'type' && top.under !== NONE) top.node.type = value;
}

function endProp(template: string, frame: Frame, at: number) {
  if (!frame.prop) return;
  const end = at - (/\s*$/.exec(template.slice(frame.prop.valueStart, at))?.[0].length ?? 0);
  frame.node.props.push({ ...frame.prop, end });
  frame.prop = null;
}

function close(template: string, open: Frame[], sign: string, at: number) {
  const opener = sign === '}' ? '{' : '[';
  // A bracket that nothing opened is left alone; one that closes further out ends what is open inside.
  if (!open.some(({ brace }) => brace === opener)) return;
  for (let frame = open.pop(); frame; frame = open.pop()) {
    if (frame.brace === '{') {
      endProp(template, frame, at);
      frame.node.end = at + 1;
    } else if (frame.node.inside?.start === frame.start + 1) frame.node.inside.end = at;
    if (frame.brace === opener) return;
  }
}

const isJinja = (template: string, at: number) =>
  template[at] === '{' && '{%#'.includes(template[at + 1] ?? ' ');

function behindJinja(template: string, start: number): number {
  const kind = template[start + 1] as string;
  if (kind !== '{') {
    const end = template.indexOf(`${kind}}`, start + 2);
    return end < 0 ? template.length : end + 2;
  }
  let depth = 0;
  for (let at = start + 2; at < template.length; at += 1) {
    const sign = template[at] as string;
    if (sign === '"' || sign === "'") {
      at = template.indexOf(sign, at + 1);
      if (at < 0) return template.length;
    } else if (sign === '{') depth += 1;
    else if (sign === '}' && depth > 0) depth -= 1;
    else if (sign === '}' && template[at + 1] === '}') return at + 2;
  }
  return template.length;
}

/** Jinja inside a string may have quotes of its own. */
function behindString(template: string, start: number): number {
  let at = start + 1;
  while (at < template.length) {
    if (isJinja(template, at)) at = behindJinja(template, at);
    else if (template[at] === '\\') at += 2;
    else if (template[at] === '"') return at + 1;
    // Not closed yet: the next line is not part of it.
    else if (template[at] === '\n') return at;
    else at += 1;
  }
  return template.length;
}
