import type { CSSProperties } from 'react';
import { ThemeContext, useForcedTheme } from './forced-theme';
import { Children, type NodeProps } from './Node';
import { oneOf } from './read-props';
import { useReading } from './reading/reading';
import { SingleLine } from './SingleLine';
import { block, color, defined, flex, px, unit } from './style';

type Direction = 'row' | 'column';

/** "column" is the word of the first documentation. */
export const directionOf = (value: unknown, otherwise: Direction): Direction =>
  value === 'row' ? 'row' : value === 'col' || value === 'column' ? 'column' : otherwise;

/** `usual`: the defaults of the node. */
export const boxStyle = (node: NodeProps['node'], direction: Direction, usual?: CSSProperties) => ({
  ...usual,
  ...block(node),
  ...flex(node, direction),
});

const Flex = ({ node, direction, usual }: NodeProps & { direction: Direction; usual?: CSSProperties }) => (
  <SingleLine
    on={useReading().singleLines.has(node)}
    className="w-box"
    style={boxStyle(node, direction, usual)}
    of={node.children}
  />
);

export const Box = ({ node }: NodeProps) => (
  <Flex node={node} direction={directionOf(node.direction, 'column')} />
);
export const Col = ({ node }: NodeProps) => <Flex node={node} direction="column" />;
export const Row = ({ node }: NodeProps) => (
  <Flex node={node} direction="row" usual={{ alignItems: 'center', gap: '8px' }} />
);

/** The root without a frame of its own. */
export function Basic({ node }: NodeProps) {
  const outer = useForcedTheme();
  const theme = oneOf(node.theme, ['light', 'dark']);
  return (
    <div
      className="w-box w-basic"
      data-theme={theme}
      style={flex(node, directionOf(node.direction, 'column'))}
    >
      <ThemeContext value={theme ?? outer}>
        <Children of={node.children} />
      </ThemeContext>
    </div>
  );
}

export const Spacer = ({ node }: NodeProps) => (
  <div className="w-spacer" style={defined({ flexBasis: px(node.minSize) })} />
);

export const Divider = ({ node }: NodeProps) => (
  <hr
    className={node.flush === true ? 'w-divider w-flush' : 'w-divider'}
    style={defined({
      borderTopWidth: px(node.size),
      borderTopColor: color(node.color, 'border'),
      marginBlock: unit(node.spacing),
    })}
  />
);
