import { type RefObject, useEffect, useRef, useState } from 'react';
import { useText } from '../language/language';
import { useAction } from './action-context';
import { Container } from './Container';
import { Children, type NodeProps } from './Node';
import { asNumber } from './read-props';
import { useReading } from './reading/reading';
import { joined, wordsIn } from './reading/words';
import { SingleLine } from './SingleLine';
import { StatusLine } from './StatusLine';
import { alignItems, defined, unit } from './style';

/** "auto" lets a list that fits a screen stand whole. */
const AUTO_LIMIT = 8;

export function ListView({ node }: NodeProps) {
  const [all, setAll] = useState(false);
  const text = useText().widgets;
  const rows = Array.isArray(node.children) ? node.children : [];
  const limit = node.limit === 'auto' ? AUTO_LIMIT : (asNumber(node.limit) ?? rows.length);
  const hidden = all ? 0 : Math.max(0, rows.length - limit);
  const list = useRef<HTMLUListElement>(null);
  useFocusFrom(list, all ? limit : null);
  return (
    <Container node={node} className="w-list">
      <StatusLine status={node.status} />
      <ul ref={list}>
        <Children of={hidden ? rows.slice(0, limit) : rows} />
      </ul>
      {hidden > 0 && (
        <button type="button" className="w-list-more" onClick={() => setAll(true)}>
          {text.showMore(hidden)}
        </button>
      )}
    </Container>
  );
}

/** The button that shows the rest is gone with its work: the first row of the rest takes the focus. */
function useFocusFrom(list: RefObject<HTMLUListElement | null>, row: number | null) {
  useEffect(() => {
    const first = row === null ? null : list.current?.children[row];
    if (!(first instanceof HTMLElement)) return;
    const control = first.querySelector<HTMLElement>('a, button, input, textarea');
    if (!control) first.tabIndex = -1;
    (control ?? first).focus({ preventScroll: true });
  }, [list, row]);
}

export function ListViewItem({ node }: NodeProps) {
  const { action, start, loading, blocked, held } = useAction(node.onClickAction, 'self');
  const text = useText().widgets;
  const { names, chosen, singleLines } = useReading();
  const style = defined({ gap: unit(node.gap), alignItems: alignItems(node.align) });
  const isLine = singleLines.has(node);
  if (!action) {
    return (
      <li className="w-item">
        <SingleLine on={isLine} className="w-row" style={style} of={node.children} />
      </li>
    );
  }
  const words = wordsIn(node);
  // The row's own button lies under its content, so that buttons inside the row stay buttons of their own.
  return (
    <li className="w-item w-clickable" data-loading={loading ? '' : undefined}>
      <button
        type="button"
        className="w-item-hit"
        aria-label={(isLine ? joined(words) : (names.get(node) ?? words[0])) || text.open}
        aria-pressed={chosen.get(node)}
        aria-busy={loading || undefined}
        aria-disabled={held || undefined}
        title={blocked ?? undefined}
        onClick={() => void start()}
      />
      {/* The name of the button has all its words: they would be heard twice. */}
      <div className="w-row" style={style} aria-hidden={isLine || undefined}>
        <Children of={node.children} />
      </div>
    </li>
  );
}
