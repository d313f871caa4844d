import type { CSSProperties } from 'react';
import { Markdown } from '../frame/Markdown';
import type { WidgetNode } from '../protocol/types';
import { color, defined, px } from './style';
import type { NodeProps } from './WidgetView';

const weights: Record<string, number> = { normal: 400, medium: 500, semibold: 600, bold: 700 };
const string = (value: unknown) => (typeof value === 'string' ? value : value == null ? '' : String(value));

function look(node: WidgetNode): CSSProperties {
  const lines = Number(node.maxLines) || 0;
  return defined({
    color: color(node.color, 'text'),
    fontWeight: weights[string(node.weight)],
    textAlign: (node.textAlign as CSSProperties['textAlign']) ?? undefined,
    fontStyle: node.italic ? 'italic' : undefined,
    textDecoration: node.lineThrough ? 'line-through' : undefined,
    width: px(node.width),
    minHeight: node.minLines ? `${Number(node.minLines) * 1.45}em` : undefined,
    WebkitLineClamp: lines > 0 ? lines : undefined,
  });
}

function classes(kind: string, node: WidgetNode, size: string) {
  const names = [`w-${kind}`, `w-${kind}-${string(node.size) || size}`];
  if (node.truncate) names.push('w-truncate');
  else if (node.maxLines) names.push('w-clamp');
  if (node.streaming) names.push('w-streaming');
  return names.join(' ');
}

export const TextNode = ({ node }: NodeProps) => (
  <p className={classes('text', node, 'md')} style={look(node)} dir="auto">
    {string(node.value)}
  </p>
);

export const Title = ({ node }: NodeProps) => (
  <p className={classes('title', node, 'md')} style={look(node)} dir="auto">
    {string(node.value)}
  </p>
);

export const Caption = ({ node }: NodeProps) => (
  <p className={classes('caption', node, 'md')} style={look(node)} dir="auto">
    {string(node.value)}
  </p>
);

export const MarkdownNode = ({ node }: NodeProps) => (
  <Markdown text={string(node.value)} streaming={node.streaming === true} />
);
