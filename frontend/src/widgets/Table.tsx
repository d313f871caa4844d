import { createContext, type ReactNode, useContext, useId } from 'react';
import { useText } from '../language/language';
import type { WidgetNode } from '../protocol/types';
import { Children, keyed, Node, type NodeProps } from './Node';
import { asNumber, nodesOf, oneOf } from './read-props';
import { useReading } from './reading/reading';
import { isStatic, wordsIn } from './reading/words';
import { columnSize } from './sizes';
import { defined, padding, px } from './style';

type Part = 'outside' | 'head' | 'body';
const PartContext = createContext<Part>('outside');

export function Table({ node }: NodeProps) {
  const rows = keyed(nodesOf(node.children).filter(({ type }) => type === 'Table.Row'));
  const caption = useReading().captions.get(node);
  if (rows.length === 0) return null;
  const body = rows.findIndex(([, row]) => row.header !== true);
  const split = body === -1 ? rows.length : body;
  const draw = (some: typeof rows) => some.map(([key, row]) => <Node key={key} node={row} />);
  return (
    <ScrollableTable caption={caption}>
      {split > 0 && (
        <PartContext value="head">
          <thead>{draw(rows.slice(0, split))}</thead>
        </PartContext>
      )}
      <PartContext value="body">
        <RowTitlesContext value={split > 0}>
          <tbody>{draw(rows.slice(split))}</tbody>
        </RowTitlesContext>
      </PartContext>
    </ScrollableTable>
  );
}

function ScrollableTable({ caption, children }: { caption?: string; children: ReactNode }) {
  const text = useText().widgets;
  const id = useId();
  return (
    // A wide table scrolls by itself, so the keyboard must be able to reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region needs keyboard focus
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form
    <div className="w-table" role="group" aria-labelledby={id} tabIndex={0}>
      <table>
        <caption id={id} className="visually-hidden">
          {caption || text.table}
        </caption>
        {children}
      </table>
    </div>
  );
}

export function TableRow({ node }: NodeProps) {
  const part = useContext(PartContext);
  const titled = useContext(RowTitlesContext);
  const cells = keyed(nodesOf(node.children).filter(({ type }) => type === 'Table.Cell'));
  const row = (
    <tr data-header={node.header === true ? '' : undefined}>
      {cells.map(([key, cell], at) => (
        <HeaderContext
          key={key}
          value={node.header === true ? 'col' : titled && at === 0 && isTitle(cell) ? 'row' : null}
        >
          <Node node={cell} />
        </HeaderContext>
      ))}
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

/** Of which line a cell is the header. */
const HeaderContext = createContext<'col' | 'row' | null>(null);
/** Under a head, what a row is about stands in its first cell. */
const RowTitlesContext = createContext(false);

const isTitle = (cell: WidgetNode) =>
  wordsIn(cell).length > 0 && nodesOf(cell.children).every((child) => isStatic(child));

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
        <HeaderContext value={null}>
          <Children of={node.children} />
        </HeaderContext>
      </PartContext>
    </div>
  );
  if (part === 'outside') return content;
  const Cell = header ? 'th' : 'td';
  return (
    <Cell
      scope={header ?? undefined}
      colSpan={asNumber(node.colSpan)}
      rowSpan={asNumber(node.rowSpan)}
      style={style}
    >
      {content}
    </Cell>
  );
}
