import { LoaderCircle } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { ActionConfig, WidgetNode } from '../protocol/types';
import { ContainerContext, useAction, useContainer } from './action-context';
import { NamedIcon } from './icons';
import { color, defined, sides, unit } from './style';
import { Children, type NodeProps } from './WidgetView';

type Status = { text?: string; icon?: string; favicon?: string; frame?: boolean };

function StatusLine({ status }: { status: Status | undefined }) {
  if (!status?.text) return null;
  return (
    <div className="w-status">
      {status.favicon && /^https?:/.test(status.favicon) ? (
        <img
          src={status.favicon}
          alt=""
          className={status.frame ? 'w-frame' : undefined}
          width={16}
          height={16}
        />
      ) : (
        <NamedIcon name={status.icon} size={15} />
      )}
      <span>{status.text}</span>
    </div>
  );
}

function Container({ node, className, children }: NodeProps & { className: string; children: ReactNode }) {
  const { loading, during } = useContainer();
  return (
    <ContainerContext value={during}>
      <section
        className={className}
        data-theme={typeof node.theme === 'string' ? node.theme : undefined}
        data-size={typeof node.size === 'string' ? node.size : undefined}
        data-loading={loading ? '' : undefined}
        aria-busy={loading || undefined}
        inert={loading}
        style={defined({ background: color(node.background, 'surface') })}
      >
        {children}
      </section>
    </ContainerContext>
  );
}

type CardAction = { label: string; action: ActionConfig };

function FooterButton({ of, color: ink }: { of: CardAction; color: 'primary' | 'secondary' }) {
  const { start, loading, blocked } = useAction(of.action, 'container');
  return (
    <button
      type="button"
      className="w-button"
      data-color={ink}
      data-variant={ink === 'primary' ? 'solid' : 'outline'}
      data-size="md"
      data-pill=""
      disabled={loading || blocked !== null}
      onClick={() => void start()}
    >
      {loading && <LoaderCircle className="spin" size={16} aria-hidden />}
      {of.label}
    </button>
  );
}

export function Card({ node }: NodeProps) {
  const { status, confirm, cancel } = node as WidgetNode & {
    status?: Status;
    confirm?: CardAction;
    cancel?: CardAction;
  };
  return (
    <Container node={node} className="w-card">
      <StatusLine status={status} />
      {!node.collapsed && (
        <div className="w-card-body" style={sides('padding', node.padding)}>
          <Children of={node.children} />
        </div>
      )}
      {(confirm || cancel) && !node.collapsed && (
        <footer className="w-card-footer">
          {cancel && <FooterButton of={cancel} color="secondary" />}
          {confirm && <FooterButton of={confirm} color="primary" />}
        </footer>
      )}
    </Container>
  );
}

/** "auto" lets a list that fits a screen stand whole. */
const AUTO_LIMIT = 8;

export function ListView({ node }: NodeProps) {
  const [all, setAll] = useState(false);
  const rows = Array.isArray(node.children) ? node.children : [];
  const limit =
    node.limit === 'auto' ? AUTO_LIMIT : typeof node.limit === 'number' ? node.limit : rows.length;
  const hidden = all ? 0 : Math.max(0, rows.length - limit);
  return (
    <Container node={node} className="w-list">
      <StatusLine status={node.status as Status | undefined} />
      <ul>
        <Children of={hidden ? rows.slice(0, limit) : rows} />
      </ul>
      {hidden > 0 && (
        <button type="button" className="w-list-more" onClick={() => setAll(true)}>
          Show {hidden} more
        </button>
      )}
    </Container>
  );
}

export function ListViewItem({ node }: NodeProps) {
  const action = node.onClickAction as ActionConfig | undefined;
  const { start, loading, blocked } = useAction(action, 'self');
  const style = defined({
    gap: unit(node.gap),
    alignItems: typeof node.align === 'string' ? node.align : undefined,
  });
  const content = (
    <div className="w-row" style={style}>
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
        aria-label={labelOf(node)}
        disabled={loading || blocked !== null}
        onClick={() => void start()}
      />
      {content}
    </li>
  );
}

/** The first text of a row is what a person would call it. */
function labelOf(node: WidgetNode): string {
  const queue: unknown[] = [node.children];
  while (queue.length) {
    const next = queue.shift();
    if (Array.isArray(next)) queue.unshift(...next);
    else if (next && typeof next === 'object') {
      const { value, children } = next as WidgetNode;
      if (typeof value === 'string' && value.trim()) return value;
      queue.unshift(children);
    }
  }
  return 'Open';
}
