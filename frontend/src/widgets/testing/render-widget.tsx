/** For tests: a widget on the page, a user in front of it, and what it reports to the conversation. */
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { vi } from 'vitest';
import type { ActionConfig, WidgetItem, WidgetNode } from '../../protocol/types';
import { WidgetView } from '../WidgetView';

const itemOf = (widget: WidgetNode): WidgetItem => ({
  id: 'w',
  thread_id: 't',
  created_at: '',
  type: 'widget',
  widget,
});

type Around = { run?: (action: ActionConfig) => Promise<void>; blockedReason?: string | null };

export function renderWidget(
  widget: WidgetNode,
  { run = vi.fn(async () => {}), blockedReason = null }: Around = {},
) {
  const fail = vi.fn();
  const view = (node: WidgetNode) => (
    <WidgetView item={itemOf(node)} run={run} blockedReason={blockedReason} fail={fail} />
  );
  const { container, rerender } = render(view(widget));
  return {
    container,
    run,
    fail,
    user: userEvent.setup(),
    update: (next: WidgetNode) => rerender(view(next)),
  };
}
