import { Fragment, memo, type ReactNode } from 'react';
import type { WidgetItem as Item, WidgetNode } from '../protocol/types';
import { WidgetContext, type WidgetSurroundings } from './action-context';
import { Card, ListView, ListViewItem } from './containers';
import { Button } from './controls';
import { Basic, Box, Col, Divider, Row, Spacer, Transition } from './layout';
import { Badge, IconNode, ImageNode } from './media';
import { Caption, MarkdownNode, TextNode, Title } from './text';
import './widgets.css';

export type NodeProps = { node: WidgetNode };

const renderers: Record<string, (props: NodeProps) => ReactNode> = {
  Badge,
  Basic,
  Box,
  Button,
  Caption,
  Card,
  Col,
  Divider,
  Icon: IconNode,
  Image: ImageNode,
  ListView,
  ListViewItem,
  Markdown: MarkdownNode,
  Row,
  Spacer,
  Text: TextNode,
  Title,
  Transition,
};

export const WidgetView = memo(function WidgetView({
  item,
  run,
  refusal,
}: { item: Item } & WidgetSurroundings) {
  return (
    <WidgetContext value={{ run, refusal }}>
      <div className="widget">
        <Node node={item.widget} />
      </div>
    </WidgetContext>
  );
});

export function Node({ node }: NodeProps) {
  const Renderer = Object.hasOwn(renderers, node.type) ? renderers[node.type] : undefined;
  if (Renderer) return <Renderer node={node} />;
  return import.meta.env.DEV ? <span className="w-unsupported">Unsupported: {String(node.type)}</span> : null;
}

/** Children come from a server: anything that is not a node (or a list of nodes) is passed over. */
export function Children({ of }: { of: unknown }) {
  const nodes = (Array.isArray(of) ? of : [of]).filter(
    (child): child is WidgetNode => typeof child?.type === 'string',
  );
  return nodes.map((child, at) => (
    <Fragment key={child.key ?? child.id ?? at}>
      <Node node={child} />
    </Fragment>
  ));
}
