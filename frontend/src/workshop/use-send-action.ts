/*
 * Actions that are tried on the real server. An action counts only where a stored widget offers it, so the widget is
 * first put into a thread of the developer's own; then the action goes to the agent as from a chat, and what comes
 * back changes the widget here as it would there. A widget that is edited further begins anew.
 */
import { useEffect, useState } from 'react';
import { ChatKitClient } from '../protocol/client';
import { reduce } from '../protocol/reducer';
import { emptyThread, type ThreadState, withItem } from '../protocol/thread-state';
import type { ActionConfig, ThreadEvent, ThreadItem, WidgetItem } from '../protocol/types';
import { type ActionTarget, agents, createThread, type WidgetDraft } from './workshop-api';

/** What the agent answered; `item`, to an action that is not streamed. */
export type ReceivedEvent = ThreadEvent | { type: 'updated_item'; item: ThreadItem | null };

/** `tree`: of the draft that was put into the thread. `sender`: the id of the widget in it. */
type Thread = { tree: unknown; id: string; sender: string; state: ThreadState };

export function useSendAction(name: string, draft: WidgetDraft, tree: unknown) {
  const [kept, setKept] = useState<Thread | null>(null);
  const thread = kept?.tree === tree ? kept : null;
  const sender = thread?.state.items.find(({ id }) => id === thread.sender);

  const send = async (
    agent: ActionTarget,
    action: ActionConfig,
    onEvent: (events: ReceivedEvent) => void,
  ) => {
    const at = thread ?? newThread(tree, await createThread(name, draft));
    const change = (state: ThreadState) => {
      at.state = state;
      setKept({ ...at });
    };
    change(at.state);
    const client = new ChatKitClient(`./${agent.url}`, window.fetch.bind(window));
    const { type, payload } = action;
    const params = { thread_id: at.id, item_id: at.sender, action: { type, payload } };
    if (action.streaming === false) {
      const { updated_item: item = null } = await client.json('threads.sync_custom_action', params);
      onEvent({ type: 'updated_item', item });
      if (item) change(withItem(at.state, item));
      return;
    }
    await client.stream(
      { type: 'threads.custom_action', params },
      {
        signal: new AbortController().signal,
        onEvents: (numbered) => {
          for (const { event } of numbered) onEvent(event);
          change(numbered.reduce((state, { event }) => reduce(state, event), at.state));
        },
      },
    );
  };
  return {
    send,
    changed: sender?.type === 'widget' ? sender.widget : null,
    reset: () => setKept(null),
  };
}

const newThread = (tree: unknown, item: WidgetItem): Thread => ({
  tree,
  id: item.thread_id,
  sender: item.id,
  state: withItem(emptyThread, item),
});

/** The agents of the server, the default one first; none while they are not known. */
export function useActionTargets(reportError: (problem: string) => void): ActionTarget[] {
  const [known, setKnown] = useState<ActionTarget[]>([]);
  useEffect(() => {
    agents().then(setKnown, (problem: Error) => reportError(problem.message));
  }, [reportError]);
  return known;
}
