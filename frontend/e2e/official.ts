/**
 * OpenAI's CDN, stood in for by this server's own files, so that the page's real script tag is what is tested; and
 * OpenAI's side of a hosted chat, which answers every message with one sentence.
 */
import type { Page, Route } from '@playwright/test';

const CDN = 'https://cdn.platform.openai.com/deployments/chatkit/';
export const ANSWER = 'An answer of the hosted workflow.';

/** What the stand-in was asked: the type of each request, and the client secret it came with. */
export type Asked = { type: string; secret: string | undefined };

export async function standIn(page: Page, baseURL: string) {
  const asked: Asked[] = [];
  const refused = new Set<string | undefined>();
  await page.route(`${CDN}**`, async (route) => {
    const path = route.request().url().replace(CDN, '').replace(/\?.*/, '');
    if (path.startsWith('chatkit/')) return route.fulfill({ status: 404, json: {} });
    // OpenAI's own frame asks for nothing of the kind.
    if (path.startsWith('threads/')) {
      return route.fulfill({ json: { run: null, last: null, endings: [], enabled: false } });
    }
    if (path === 'chatkit') return answer(route, asked, refused);
    const response = await route.fetch({ url: new URL(path, baseURL).href });
    // OpenAI's frame may be embedded here; ours states who may embed it under its own address.
    const { 'content-security-policy': _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  return {
    asked,
    /** From now on this secret is no good. */
    refuse: (secret: string | undefined) => refused.add(secret),
  };
}

function answer(route: Route, asked: Asked[], refused: Set<string | undefined>) {
  const { type, params } = route.request().postDataJSON() as {
    type: string;
    params?: { input?: { content: object[] } };
  };
  const secret = route.request().headers().authorization?.replace('Bearer ', '');
  asked.push({ type, secret });
  if (refused.has(secret)) return route.fulfill({ status: 401, json: { detail: 'This secret has ended.' } });
  if (type !== 'threads.create' && type !== 'threads.add_user_message') {
    return route.fulfill({ json: { data: [], has_more: false } });
  }
  const now = '2026-11-01T00:00:00';
  const thread = { id: 'thr_1', title: null, created_at: now, status: { type: 'active' }, metadata: {} };
  const item = (kind: string, more: object) => ({
    id: `${kind}_${asked.length}`,
    thread_id: 'thr_1',
    created_at: now,
    type: kind,
    ...more,
  });
  const question = { content: params?.input?.content, attachments: [], inference_options: {} };
  const events = [
    ...(type === 'threads.create'
      ? [{ type: 'thread.created', thread: { ...thread, items: { data: [], has_more: false } } }]
      : []),
    { type: 'thread.item.done', item: item('user_message', question) },
    {
      type: 'thread.item.done',
      item: item('assistant_message', { content: [{ type: 'output_text', text: ANSWER, annotations: [] }] }),
    },
  ];
  return route.fulfill({
    contentType: 'text/event-stream',
    body: `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}: end\n\n`,
  });
}
