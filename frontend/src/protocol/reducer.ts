/*
 * Events in, thread out. One pure function takes the thread as it stands and one event of the wire, and returns
 * the thread as it then is; it never touches what it was given, so React sees by identity what changed.
 *
 * Invariants: an item is there once, at the place where it first appeared, whatever order added, updated and
 * done come in (done without added is normal, and after a reload so is updated without added); an update for an
 * item we do not know is dropped; an event type we do not know changes nothing.
 */
import { failureFrom, whileStreaming } from './response-status';
import { failed, type ThreadState, withEnding, withItem, withoutPending } from './thread-state';
import type { AssistantContent, AssistantMessageItem, ItemUpdate, ThreadEvent, ThreadItem } from './types';
import { mapNode } from './widget-tree';

export function reduce(state: ThreadState, event: ThreadEvent): ThreadState {
  switch (event.type) {
    case 'thread.created':
    case 'thread.updated': {
      const { items: _, ...metadata } = event.thread;
      return { ...state, thread: metadata };
    }
    case 'thread.item.added':
      return opened(upserted(state, event.item), event.item.id);
    case 'thread.item.done':
    case 'thread.item.replaced':
      return closed(upserted(state, event.item), event.item.id);
    case 'thread.item.removed':
      return closed(
        { ...state, items: state.items.filter((item) => item.id !== event.item_id) },
        event.item_id,
      );
    case 'thread.item.updated':
      return updated(state, event.item_id, event.update);
    case 'stream_options':
      return streaming(state, () => ({ allowCancel: event.stream_options.allow_cancel }));
    case 'progress_update':
      return streaming(state, () => ({ progress: { icon: event.icon, text: event.text } }));
    case 'notice':
      return { ...state, notices: [...state.notices, event] };
    case 'error': {
      const failure = failureFrom(event);
      return withEnding(failed(state, failure), failure);
    }
    default:
      return state;
  }
}

function upserted(state: ThreadState, item: ThreadItem): ThreadState {
  const base = item.type === 'user_message' ? withoutPending(state) : withoutProgress(state);
  return withItem(base, item);
}

const streaming = (state: ThreadState, change: Parameters<typeof whileStreaming>[1]): ThreadState => ({
  ...state,
  status: whileStreaming(state.status, change),
});

const withoutProgress = (state: ThreadState) => streaming(state, () => ({ progress: null }));

const opened = (state: ThreadState, id: string) =>
  streaming(state, ({ openItems }) => ({ openItems: new Set([...openItems, id]) }));

const closed = (state: ThreadState, id: string) =>
  streaming(state, ({ openItems }) =>
    openItems.has(id) ? { openItems: new Set([...openItems].filter((open) => open !== id)) } : {},
  );

function updated(state: ThreadState, id: string, update: ItemUpdate): ThreadState {
  const at = state.items.findIndex((item) => item.id === id);
  const item = state.items[at];
  if (!item) return state;
  const next = updateItem(item, update);
  return next === item ? state : { ...withoutProgress(state), items: state.items.with(at, next) };
}

function updateItem(item: ThreadItem, update: ItemUpdate): ThreadItem {
  switch (item.type) {
    case 'assistant_message':
      return updateMessage(item, update);
    case 'widget':
      return { ...item, widget: updateWidget(item.widget, update) };
    case 'workflow': {
      if (update.type !== 'workflow.task.added' && update.type !== 'workflow.task.updated') return item;
      const tasks = [...item.workflow.tasks];
      tasks[Math.min(update.task_index, tasks.length)] = update.task;
      return { ...item, workflow: { ...item.workflow, tasks } };
    }
    case 'generated_image':
      return update.type === 'generated_image.updated'
        ? { ...item, image: update.image, progress: update.progress }
        : item;
    default:
      return item;
  }
}

function updateMessage(item: AssistantMessageItem, update: ItemUpdate): AssistantMessageItem {
  if (!('content_index' in update)) return item;
  const content = [...item.content];
  while (content.length <= update.content_index) {
    content.push({ type: 'output_text', text: '', annotations: [] });
  }
  const part = content[update.content_index] as AssistantContent;
  content[update.content_index] = updatePart(part, update);
  return { ...item, content };
}

function updatePart(
  part: AssistantContent,
  update: Extract<ItemUpdate, { content_index: number }>,
): AssistantContent {
  switch (update.type) {
    case 'assistant_message.content_part.text_delta':
      return { ...part, text: part.text + update.delta };
    case 'assistant_message.content_part.annotation_added':
      return {
        ...part,
        annotations: (part.annotations ?? []).toSpliced(update.annotation_index, 0, update.annotation),
      };
    default:
      return update.content;
  }
}

function updateWidget(root: Parameters<typeof mapNode>[0], update: ItemUpdate) {
  switch (update.type) {
    case 'widget.root.updated':
      return update.widget;
    case 'widget.component.updated':
      return mapNode(root, update.component_id, () => update.component);
    case 'widget.streaming_text.value_delta':
      return mapNode(root, update.component_id, (node) => ({
        ...node,
        value: `${node.value ?? ''}${update.delta}`,
        streaming: !update.done,
      }));
    default:
      return root;
  }
}
