import { useState } from 'react';
import { useText } from '../language/language';
import { useAction } from './action-context';
import { Container } from './Container';
import { firstWordsOf } from './field-labels';
import { Children, type NodeProps } from './Node';
import { asNumber } from './read-props';
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
  return (
    <Container node={node} className="w-list">
      <StatusLine status={node.status} />
      <ul>
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

export function ListViewItem({ node }: NodeProps) {
  const { action, start, loading, blocked } = useAction(node.onClickAction, 'self');
  const text = useText().widgets;
  const content = (
    <div className="w-row" style={defined({ gap: unit(node.gap), alignItems: alignItems(node.align) })}>
      <Children of={node.children} />
    </div>
  );
  if (!action) return <li className="w-item">{content}</li>;
  // The row's own button lies under its content, so that buttons inside the row stay buttons of their own.
  return (
    <li className="w-item w-clickable" data-loading={loading ? '' : undefined}>
      <button
        type="button"
        className="w-item-hit"
        aria-label={firstWordsOf(node) || text.open}
        aria-busy={loading || undefined}
        disabled={loading || blocked !== null}
        title={blocked ?? undefined}
        onClick={() => void start()}
      />
      {content}
    </li>
  );
}
