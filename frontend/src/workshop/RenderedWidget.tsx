/* A tree in the renderer of the chat, with no agent behind its actions. */
import { useMemo } from 'react';
import type { ActionConfig, WidgetItem } from '../protocol/types';
import { WidgetView } from '../widgets/WidgetView';

const ignored = async () => {};

export function RenderedWidget({
  tree,
  run = ignored,
  fail,
}: {
  tree: unknown;
  run?(action: ActionConfig): Promise<void>;
  fail?(message: string): void;
}) {
  const item = useMemo(
    () => ({ id: 'shown', type: 'widget', widget: tree }) as unknown as WidgetItem,
    [tree],
  );
  return <WidgetView item={item} run={run} blockedReason={null} fail={fail} />;
}
