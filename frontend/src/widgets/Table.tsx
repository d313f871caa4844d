import { createContext, type ReactNode, useContext } from 'react';
import { useText } from '../language/language';
import { Children, keyed, Node, type NodeProps } from './Node';
import { asNumber, nodesOf, oneOf } from './read-props';
import { columnSize } from './sizes';
import { defined, padding, px } from './style';

type Part = 'outside' | 'head' | 'body';
const PartContext = createContext<Part>('outside');

export function Table({ node }: NodeProps) {
  const rows = keyed(nodesOf(node.children).filter(({ type }) => type === 'Table.Row'));
  if (rows.length === 0) return null;
  const body = rows.findIndex(([, row]) => row.header !== true);
  const split = body === -1 ? rows.length : body;
  const draw = (some: typeof rows) => some.map(([key, row]) => <Node key={key} node={row} />);
  return (
    <ScrollableTable>
      {split > 0 && (
        <PartContext value="head">
          <thead>{draw(rows.slice(0, split))}</thead>
        </PartContext>
      )}
      <PartContext value="body">
        <tbody>{draw(rows.slice(split))}</tbody>
      </PartContext>
    </ScrollableTable>
  );
}

function ScrollableTable({ children }: { children: ReactNode }) {
  const text = useText().widgets;
  return (
    // A wide table scrolls by itself, so the keyboard must be able to reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region needs keyboard focus
    <section className="w-table" aria-label={text.table} tabIndex={0}>
      <table>{children}</table>
    </section>
  );
}

export function TableRow({ node }: NodeProps) {
  const part = useContext(PartContext);
  const cells = nodesOf(node.children).filter(({ type }) => type === 'Table.Cell');
  const row = (
    <tr data-header={node.header === true ? '' : undefined}>
      <HeaderContext value={node.header === true}>
        <Children of={cells} />
      </HeaderContext>
    </tr>
  );
  if (part !== 'outside') return row;
  return (
    <ScrollableTable>
      <PartContext value="body">
        <tbody>{row}</tbody>
      </PartContext>
    </ScrollableTable>
  );
}

const HeaderContext = createContext(false);
const vertical = { start: 'top', center: 'middle', end: 'bottom' } as const;

export function TableCell({ node }: NodeProps) {
  const part = useContext(PartContext);
  const header = useContext(HeaderContext);
  const across = oneOf(node.align, ['start', 'center', 'end']);
  const along = oneOf(node.vAlign, ['start', 'center', 'end']);
  const style = defined({
    width: px(node.width),
    minWidth: columnSize(node.colSize),
    textAlign: across,
    verticalAlign: along && vertical[along],
    ...padding(node.padding),
  });
  // Blocks in a cell follow its alignment, too.
  const content = (
    <div className="w-cell" data-align={across}>
      <PartContext value="outside">
        <HeaderContext value={false}>
          <Children of={node.children} />
        </HeaderContext>
      </PartContext>
    </div>
  );
  if (part === 'outside') return content;
  const Cell = header ? 'th' : 'td';
  return (
    <Cell
      scope={header ? 'col' : undefined}
      colSpan={asNumber(node.colSpan)}
      rowSpan={asNumber(node.rowSpan)}
      style={style}
    >
      {content}
    </Cell>
  );
}
