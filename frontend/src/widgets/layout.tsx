import { block, color, defined, flex, px, unit } from './style';
import { Children, type NodeProps } from './WidgetView';

const directionOf = (value: unknown, otherwise: 'row' | 'column') =>
  value === 'row' ? 'row' : value === 'col' ? 'column' : otherwise;

function Flex({ node, direction }: NodeProps & { direction: 'row' | 'column' }) {
  return (
    <div className="w-box" style={{ ...block(node), ...flex(node, direction) }}>
      <Children of={node.children} />
    </div>
  );
}

export const Box = ({ node }: NodeProps) => (
  <Flex node={node} direction={directionOf(node.direction, 'column')} />
);
export const Basic = Box;
export const Col = ({ node }: NodeProps) => <Flex node={node} direction="column" />;
export const Row = ({ node }: NodeProps) => (
  <Flex node={{ align: 'center', gap: 2, ...node }} direction="row" />
);

export const Spacer = ({ node }: NodeProps) => (
  <div style={defined({ flex: '1 1 auto', minWidth: px(node.minSize), minHeight: px(node.minSize) })} />
);

export const Divider = ({ node }: NodeProps) => (
  <hr
    className={node.flush ? 'w-divider w-flush' : 'w-divider'}
    style={defined({
      borderTopWidth: px(node.size),
      borderTopColor: color(node.color, 'border'),
      marginBlock: unit(node.spacing),
    })}
  />
);

export const Transition = ({ node }: NodeProps) => (
  <div className="w-transition">
    <Children of={node.children} />
  </div>
);
