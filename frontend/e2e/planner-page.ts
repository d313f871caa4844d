/** A page about the beds of a garden, and its back end, which speaks ChatKit's protocol and nothing more. */
import type { Page } from '@playwright/test';

export const PLANNER = `
import { ChatKit, useChatKit } from '@openai/chatkit-react';
import { useCallback, useMemo, useRef, useState } from 'react';

const BEDS = ['North bed', 'South bed'];
const bed = (name) => ({ id: name.toLowerCase().replace(' ', '-'), title: name, group: 'Beds', interactive: true, data: { name } });
const tag = (name) => ({ type: 'input_tag', id: bed(name).id, text: name, group: 'Beds', interactive: true, data: { name } });

export function Chat() {
  const [scheme, setScheme] = useState('light');
  const [selected, setSelected] = useState([]);
  const [plants, setPlants] = useState([]);
  const [threadId, setThreadId] = useState(null);
  const [busy, setBusy] = useState(false);
  const chatkit = useRef(null);

  const rightAction = useMemo(() => ({
    icon: scheme === 'dark' ? 'dark-mode' : 'light-mode',
    onClick: () => setScheme(scheme === 'dark' ? 'light' : 'dark'),
  }), [scheme]);
  const onClientTool = useCallback(({ name }) => {
    if (name === 'selected_beds') return { beds: selected };
  }, [selected]);
  const onAction = useCallback(async (action, item) => {
    if (action.type === 'plant') await chatkit.current.sendCustomAction(action, item.id);
    if (action.type === 'more') await chatkit.current.sendUserMessage({ text: 'More plants, please' });
  }, []);

  const made = useChatKit({
    api: { url: '/garden/chat', domainKey: 'domain_pk_localhost_dev' },
    header: { title: { enabled: false }, rightAction },
    theme: { colorScheme: scheme, color: { accent: { primary: '#0a7d3c', level: 1 } } },
    startScreen: {
      greeting: selected.length ? 'What shall grow there?' : 'Welcome to the garden',
      prompts: [{ label: 'Compare beds', icon: 'sparkle', prompt: [
        { type: 'input_text', text: 'Which is sunnier, ' }, tag('North bed'),
        { type: 'input_text', text: ' or ' }, tag('South bed'), { type: 'input_text', text: '?' },
      ] }],
    },
    composer: { placeholder: threadId ? 'Go on' : 'Ask the gardener' },
    entities: {
      showComposerMenu: true,
      onTagSearch: async (query) => BEDS.map(bed).filter(({ title }) => title.toLowerCase().includes(query.toLowerCase())),
      onClick: (entity) => setSelected([entity.data.name]),
    },
    widgets: { onAction },
    onClientTool,
    onEffect: ({ name, data }) => name === 'planted' && setPlants((all) => [...all, data.plant]),
    onThreadChange: ({ threadId }) => setThreadId(threadId),
    onResponseStart: () => setBusy(true),
    onResponseEnd: () => setBusy(false),
  });
  chatkit.current = made;

  return (
    <main data-scheme={scheme} data-busy={busy}>
      <button onClick={() => made.sendUserMessage({ text: 'Describe the pond', newThread: true })}>Describe the pond</button>
      <button onClick={() => setSelected(BEDS)}>Select all</button>
      <p id="selected">{selected.join(', ')}</p>
      <p id="plants">{plants.join(', ')}</p>
      <p id="thread">{threadId ?? 'none'}</p>
      <ChatKit control={made.control} style={{ height: '34rem', display: 'block' }} />
    </main>
  );
}`;

type Asked = { type: string; params: Record<string, unknown> };

/** A ChatKit server of another make, which has this address and no other. */
export async function backEnd(page: Page, address: string) {
  const asked: Asked[] = [];
  const threads = new Map<string, object[]>();
  const at = '2026-11-01T00:00:00';
  const item = (thread_id: string, type: string, more: object) => {
    const made = { id: `${type}_${crypto.randomUUID()}`, thread_id, created_at: at, type, ...more };
    threads.get(thread_id)?.push(made);
    return { type: 'thread.item.done', item: made };
  };
  const says = (thread: string, text: string) =>
    item(thread, 'assistant_message', { content: [{ type: 'output_text', text, annotations: [] }] });
  const thread = (id: string) => ({
    id,
    title: null,
    created_at: at,
    status: { type: 'active' },
    metadata: {},
  });
  const button = (label: string, type: string, payload: object = {}) => ({
    type: 'Button',
    label,
    onClickAction: { type, payload, handler: 'client' },
  });
  const answers = (id: string, text: string): object[] => {
    if (text.includes('selected'))
      return [
        item(id, 'client_tool_call', {
          status: 'pending',
          call_id: 'c',
          name: 'selected_beds',
          arguments: {},
        }),
      ];
    if (!text.includes('plants')) return [says(id, `About: ${text}`)];
    const children = [button('Plant beans', 'plant', { plant: 'Beans' }), button('More plants', 'more')];
    return [item(id, 'widget', { widget: { type: 'Card', children } })];
  };
  await page.route(`${address}garden/chat**`, (route) => {
    const { type, params } = route.request().postDataJSON() as Asked;
    asked.push({ type, params });
    const id = (params.thread_id as string | undefined) ?? `thr_${threads.size + 1}`;
    const items = threads.get(id) ?? [];
    const page = { data: items, has_more: false };
    if (type === 'threads.list')
      return route.fulfill({ json: { data: [...threads.keys()].map(thread), has_more: false } });
    if (type === 'threads.get_by_id') return route.fulfill({ json: { ...thread(id), items: page } });
    const events: object[] = [];
    if (type === 'threads.create') {
      threads.set(id, []);
      events.push({
        type: 'thread.created',
        thread: { ...thread(id), items: { data: [], has_more: false } },
      });
    }
    if (params.input) {
      const { content } = params.input as { content: { text: string }[] };
      events.push(item(id, 'user_message', { content, attachments: [], inference_options: {} }));
      events.push(...answers(id, content.map(({ text }) => text).join('')));
    } else if (type === 'threads.add_client_tool_output') {
      const call = items.at(-1) as { status: string };
      call.status = 'completed';
      events.push({ type: 'thread.item.done', item: call });
      events.push(says(id, `You selected ${(params.result as { beds: string[] }).beds.join(' and ')}.`));
    } else if (type === 'threads.custom_action') {
      const { plant } = (params.action as { payload: { plant: string } }).payload;
      const sown = items.find((one) => (one as { id: string }).id === params.item_id) as object;
      const widget = {
        type: 'Card',
        children: [{ type: 'Text', value: `${plant} are sown`, color: 'gray-900' }],
      };
      events.push({ type: 'thread.item.replaced', item: Object.assign(sown, { widget }) });
      events.push({ type: 'client_effect', name: 'planted', data: { plant } });
    }
    const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    return route.fulfill({ contentType: 'text/event-stream', body });
  });
  return asked;
}
