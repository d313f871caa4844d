import { describe, expect, test } from 'vitest';
import { reduce } from './reducer';
import { failureOf, mayCancel, startStreaming } from './response-status';
import { emptyThread, settle, type ThreadState, withoutItemsAfter, withPendingMessage } from './thread-state';
import type { ItemUpdate, ThreadEvent, ThreadItem, WidgetNode } from './types';

const common = { thread_id: 't', created_at: '2026-11-22T10:00:00Z' };
const question = (id: string): ThreadItem => ({
  ...common,
  id,
  type: 'user_message',
  content: [{ type: 'input_text', text: `question ${id}` }],
});
const answer = (id: string, text = ''): ThreadItem => ({
  ...common,
  id,
  type: 'assistant_message',
  content: text ? [{ type: 'output_text', text, annotations: [] }] : [],
});
const widget = (root: WidgetNode): ThreadItem => ({ ...common, id: 'w', type: 'widget', widget: root });
const thread = { id: 't', created_at: common.created_at, items: { data: [], has_more: false } };

const answering: ThreadState = { ...emptyThread, status: startStreaming(emptyThread.status) };
const stateAfter = (events: ThreadEvent[], state = answering) => events.reduce(reduce, state);
const update = (item_id: string, change: ItemUpdate): ThreadEvent => ({
  type: 'thread.item.updated',
  item_id,
  update: change,
});
const openItems = ({ status }: ThreadState) => (status.type === 'streaming' ? [...status.openItems] : null);
const only = (state: ThreadState) => state.items[0] as never as Record<string, never>;

describe('a thread being answered', () => {
  test('gets its id and its title when the server sends them', () => {
    const state = stateAfter([
      { type: 'thread.created', thread },
      { type: 'thread.updated', thread: { ...thread, title: 'Row locks' } },
    ]);
    expect(state.thread).toMatchObject({ id: 't', title: 'Row locks' });
    expect(state.thread).not.toHaveProperty('items');
  });

  test('shows an item that was never announced', () => {
    const state = stateAfter([{ type: 'thread.item.done', item: answer('a', 'Hello') }]);
    expect(state.items).toHaveLength(1);
  });

  test('shows an item once, where it first appeared, though it is announced, replaced and finished', () => {
    const state = stateAfter([
      { type: 'thread.item.added', item: answer('a') },
      { type: 'thread.item.added', item: answer('b') },
      { type: 'thread.item.replaced', item: answer('a', 'second') },
      { type: 'thread.item.done', item: answer('a', 'third') },
    ]);
    expect(state.items.map((item) => item.id)).toEqual(['a', 'b']);
    expect(only(state).content).toMatchObject([{ text: 'third' }]);
    expect(openItems(state)).toEqual(['b']);
  });

  test('goes on with an item that another replica states as a whole, without a word twice', () => {
    const said = (delta: string) =>
      update('a', { type: 'assistant_message.content_part.text_delta', content_index: 0, delta });
    const state = stateAfter([
      { type: 'thread.item.added', item: answer('a') },
      said('The tea is never log'),
      update('a', {
        type: 'assistant_message.content_part.done',
        content_index: 0,
        content: { type: 'output_text', text: 'The tea ', annotations: [] },
      }),
      said('is green.'),
    ]);
    expect(only(state).content).toMatchObject([{ text: 'The tea is green.' }]);
    expect(openItems(state)).toEqual(['a']);
  });

  test('loses an item the server removes', () => {
    const state = stateAfter([
      { type: 'thread.item.added', item: answer('a') },
      { type: 'thread.item.removed', item_id: 'a' },
    ]);
    expect(state.items).toEqual([]);
    expect(openItems(state)).toEqual([]);
  });

  test('replaces the message added at once by the server’s own copy', () => {
    const sent = withPendingMessage(emptyThread, {
      type: 'user_message',
      content: [{ type: 'input_text', text: 'hi' }],
    });
    const state = stateAfter([{ type: 'thread.item.done', item: question('u') }], sent);
    expect(state.items.map((item) => item.id)).toEqual(['u']);
  });

  test('is left as it was by events and updates it does not know', () => {
    const before = stateAfter([{ type: 'thread.item.added', item: answer('a') }]);
    const strange = { type: 'thread.item.sparkled' } as unknown as ThreadEvent;
    expect(reduce(before, strange)).toBe(before);
    expect(
      reduce(before, update('b', { type: 'workflow.task.added', task_index: 0, task: { type: 'image' } })),
    ).toBe(before);
    expect(
      reduce(before, update('a', { type: 'workflow.task.added', task_index: 0, task: { type: 'image' } })),
    ).toBe(before);
  });
});

describe('an answer', () => {
  const part = { type: 'output_text' as const, text: '', annotations: [] };
  const note = {
    type: 'annotation' as const,
    index: 5,
    source: { type: 'url' as const, title: 'A', url: 'https://a.example' },
  };

  test('grows word by word and gets its sources', () => {
    const state = stateAfter([
      { type: 'thread.item.added', item: answer('a') },
      update('a', { type: 'assistant_message.content_part.added', content_index: 0, content: part }),
      update('a', { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: 'Hello ' }),
      update('a', { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: 'world' }),
      update('a', {
        type: 'assistant_message.content_part.annotation_added',
        content_index: 0,
        annotation_index: 0,
        annotation: note,
      }),
    ]);
    expect(only(state).content).toEqual([{ ...part, text: 'Hello world', annotations: [note] }]);
  });

  test('takes text for a part that was never opened', () => {
    const state = stateAfter([
      { type: 'thread.item.added', item: answer('a') },
      update('a', { type: 'assistant_message.content_part.text_delta', content_index: 1, delta: 'second' }),
    ]);
    expect(only(state).content).toMatchObject([{ text: '' }, { text: 'second' }]);
  });

  test('ends with the text that the server sends at last', () => {
    const state = stateAfter([
      { type: 'thread.item.added', item: answer('a', 'Helo') },
      update('a', {
        type: 'assistant_message.content_part.done',
        content_index: 0,
        content: { ...part, text: 'Hello' },
      }),
    ]);
    expect(only(state).content).toMatchObject([{ text: 'Hello' }]);
  });

  test('does not make React redraw the messages above it', () => {
    const before = stateAfter([
      { type: 'thread.item.done', item: question('u') },
      { type: 'thread.item.added', item: answer('a') },
    ]);
    const next = reduce(
      before,
      update('a', { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: 'x' }),
    );
    expect(next.items[0]).toBe(before.items[0]);
    expect(next.items[1]).not.toBe(before.items[1]);
  });
});

describe('a widget', () => {
  const root: WidgetNode = {
    type: 'Card',
    children: [
      { type: 'Text', id: 'status', value: 'Sear', streaming: true },
      { type: 'Transition', children: { type: 'Badge', id: 'badge', label: 'new' } },
    ],
  };

  test('is replaced as a whole', () => {
    const state = stateAfter([
      { type: 'thread.item.added', item: widget(root) },
      update('w', { type: 'widget.root.updated', widget: { type: 'ListView', children: [] } }),
    ]);
    expect(only(state).widget).toMatchObject({ type: 'ListView' });
  });

  test('has one node replaced, however deep, and the others kept', () => {
    const before = stateAfter([{ type: 'thread.item.added', item: widget(root) }]);
    const state = reduce(
      before,
      update('w', {
        type: 'widget.component.updated',
        component_id: 'badge',
        component: { type: 'Badge', label: 'old' },
      }),
    );
    expect(only(state).widget).toMatchObject({ children: [{}, { children: { label: 'old' } }] });
    const [kept] = (only(state).widget as unknown as WidgetNode).children as WidgetNode[];
    expect(kept).toBe((root.children as WidgetNode[])[0]);
  });

  test('streams text into a node until it is done', () => {
    const delta = (text: string, done: boolean) =>
      update('w', {
        type: 'widget.streaming_text.value_delta',
        component_id: 'status',
        delta: text,
        done,
      });
    const state = stateAfter([
      { type: 'thread.item.added', item: widget(root) },
      delta('ching', false),
      delta('!', true),
    ]);
    expect(only(state).widget).toMatchObject({ children: [{ value: 'Searching!', streaming: false }, {}] });
  });
});

describe('work in progress', () => {
  const workflow: ThreadItem = {
    ...common,
    id: 'f',
    type: 'workflow',
    workflow: { type: 'custom', tasks: [] },
  };
  const task = (title: string, status_indicator: 'loading' | 'complete') => ({
    type: 'custom' as const,
    title,
    status_indicator,
  });

  test('lists its tasks and updates them in place', () => {
    const state = stateAfter([
      { type: 'thread.item.added', item: workflow },
      update('f', { type: 'workflow.task.added', task_index: 0, task: task('Read', 'loading') }),
      update('f', { type: 'workflow.task.added', task_index: 1, task: task('Write', 'loading') }),
      update('f', { type: 'workflow.task.updated', task_index: 0, task: task('Read', 'complete') }),
    ]);
    expect(only(state).workflow).toMatchObject({
      tasks: [
        { title: 'Read', status_indicator: 'complete' },
        { title: 'Write', status_indicator: 'loading' },
      ],
    });
  });

  test('does not spin for ever when the answer breaks off', () => {
    const state = settle(
      stateAfter([
        { type: 'thread.item.added', item: workflow },
        update('f', { type: 'workflow.task.added', task_index: 0, task: task('Read', 'loading') }),
        { type: 'progress_update', text: 'Reading' },
      ]),
      null,
    );
    expect(state.status).toMatchObject({ type: 'submitted', failure: null });
    expect(only(state).workflow).toMatchObject({ tasks: [{ status_indicator: 'none' }] });
  });

  test('shows the latest progress line until something visible comes', () => {
    const working = stateAfter([
      { type: 'progress_update', text: 'Looking', icon: 'search' },
      { type: 'progress_update', text: 'Reading' },
    ]);
    expect(working.status).toMatchObject({ progress: { text: 'Reading' } });
    expect(reduce(working, { type: 'thread.item.added', item: answer('a') }).status).toMatchObject({
      progress: null,
    });
  });

  test('shows a picture as it takes shape', () => {
    const state = stateAfter([
      { type: 'thread.item.added', item: { ...common, id: 'g', type: 'generated_image' } },
      update('g', { type: 'generated_image.updated', image: { id: 'i', url: '/i.png' }, progress: 0.4 }),
    ]);
    expect(only(state)).toMatchObject({ image: { url: '/i.png' }, progress: 0.4 });
  });
});

describe('news about the answer', () => {
  test('collects notices in order', () => {
    const state = stateAfter([
      { type: 'notice', level: 'info', message: 'one' },
      { type: 'notice', level: 'warning', message: 'two' },
    ]);
    expect(state.notices.map((notice) => notice.message)).toEqual(['one', 'two']);
  });

  test('turns an error into a sentence, with a way on when the server allows one', () => {
    expect(failureOf(stateAfter([{ type: 'error', allow_retry: true }]).status)).toEqual({
      message: null,
      remedy: 'retry',
    });
    expect(failureOf(stateAfter([{ type: 'error', message: 'The model is busy.' }]).status)).toEqual({
      message: 'The model is busy.',
      remedy: 'none',
    });
  });

  test('states whether the user may stop the answer', () => {
    const { status } = stateAfter([{ type: 'stream_options', stream_options: { allow_cancel: false } }]);
    expect(mayCancel(status)).toBe(false);
  });

  test('leaves client effects to the host page', () => {
    expect(reduce(emptyThread, { type: 'client_effect', name: 'confetti' })).toBe(emptyThread);
  });

  test('a retry takes away what followed the question', () => {
    const state = stateAfter([
      { type: 'thread.item.done', item: question('u') },
      { type: 'thread.item.done', item: answer('a', 'old') },
    ]);
    expect(withoutItemsAfter(state, 'u').items.map((item) => item.id)).toEqual(['u']);
  });
});
