import { type CSSProperties, useContext } from 'react';
import { Markdown } from '../markdown/Markdown';
import type { WidgetNode } from '../protocol/types';
import { EditableText } from './EditableText';
import { FieldsContext } from './field-labels';
import type { NodeProps } from './Node';
import { asNumber, asText, isObject, named, oneOf } from './read-props';
import { useWordsRole } from './SingleLine';
import { StreamedText } from './StreamedText';
import { fontSize } from './sizes';
import { color, defined, px } from './style';

const weights: Record<string, number> = { normal: 400, medium: 500, semibold: 600, bold: 700 };
const LINE_HEIGHT = 1.5;

function look(kind: 'Text' | 'Title' | 'Caption', node: WidgetNode, usual?: string): CSSProperties {
  const { minLines, maxLines } = node;
  const least = asNumber(minLines);
  return defined({
    fontSize: fontSize(kind, node.size ?? usual),
    color: color(node.color, 'text'),
    fontWeight: named(weights, node.weight),
    textAlign: oneOf(node.textAlign, ['start', 'center', 'end']),
    fontStyle: node.italic === true ? 'italic' : undefined,
    textDecoration: node.lineThrough === true ? 'line-through' : undefined,
    width: px(node.width),
    minHeight: least ? `${least * LINE_HEIGHT}em` : undefined,
    WebkitLineClamp: asNumber(maxLines),
  });
}

function classes(kind: string, node: WidgetNode) {
  const cut = node.truncate === true ? ' w-truncate' : asNumber(node.maxLines) ? ' w-clamp' : '';
  return `w-${kind}${cut}`;
}

export function TextNode({ node }: NodeProps) {
  const style = look('Text', node);
  const role = useWordsRole();
  // The first documentation had `true`, too, which names no field.
  const editable = node.editable === true ? { name: asText(node.key) || 'text' } : node.editable;
  if (isObject(editable)) return <EditableText node={node} editable={editable} style={style} />;
  return (
    <p className={classes('text', node)} style={style} role={role} dir="auto">
      <StreamedText value={asText(node.value)} streaming={node.streaming === true} />
    </p>
  );
}

export const Title = ({ node }: NodeProps) => (
  <p className={classes('title', node)} style={look('Title', node)} role={useWordsRole()} dir="auto">
    {asText(node.value)}
  </p>
);

export const Caption = ({ node }: NodeProps) => (
  <p className={classes('caption', node)} style={look('Caption', node)} role={useWordsRole()} dir="auto">
    {asText(node.value)}
  </p>
);

export function Label({ node }: NodeProps) {
  const { scope } = useContext(FieldsContext);
  return (
    <label
      className="w-label"
      htmlFor={`${scope}${asText(node.fieldName)}`}
      style={look('Text', node, 'sm')}
      dir="auto"
    >
      {asText(node.value)}
    </label>
  );
}

export const MarkdownNode = ({ node }: NodeProps) => (
  <Markdown text={asText(node.value)} streaming={node.streaming === true} />
);
