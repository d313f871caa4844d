import { useMemo } from 'react';
import { createResumableFetch } from '../resumable-fetch/resumable-fetch';
import { type Agent, here } from './agents';
import { Chat, type Surroundings } from './Chat';
import { offersOf } from './offers';
import type { Data } from './settings/options';

const resumableFetch = createResumableFetch();

/** What an agent of this server brings along. */
export function optionsOf({
  name,
  greeting,
  placeholder,
  notice,
  prompts,
  uploads,
  models,
  tools,
}: Agent): Data {
  return {
    frameTitle: `Chat with ${name}`,
    history: { enabled: true, showRename: true, showDelete: true },
    threadItemActions: { feedback: true, retry: true },
    thread: { autoScroll: true },
    startScreen: { ...(greeting && { greeting }), prompts: prompts ?? [] },
    composer: {
      ...(placeholder && { placeholder }),
      ...(models?.length && { models: models.map((id) => ({ id, label: id })) }),
      ...(tools?.length && { tools: tools.map(toolOf) }),
      ...(uploads && {
        attachments: {
          enabled: true,
          maxSize: uploads.max_size,
          maxCount: uploads.max_count,
          accept: Object.fromEntries(uploads.accept.map((type) => [type, []])),
        },
      }),
    },
    ...(notice && { disclaimer: { text: notice } }),
  };
}

/** The catalog has only a tool's id, which is a Python function's name. */
function toolOf(id: string) {
  const words = id.replaceAll(/[-_]+/g, ' ').trim();
  return { id, label: words.charAt(0).toUpperCase() + words.slice(1), icon: 'bolt' };
}

export function AgentChat({
  agent,
  domainKey,
  ...around
}: Surroundings & { agent: Agent; domainKey: string }) {
  const api = useMemo(
    () => ({
      url: agent.url,
      domainKey,
      fetch: resumableFetch,
      uploadStrategy: { type: 'direct' as const, uploadUrl: here('files') },
    }),
    [agent.url, domainKey],
  );
  const { tell } = around;
  const offers = useMemo(() => offersOf(agent, (text) => tell({ text })), [agent, tell]);
  return (
    <Chat
      {...around}
      api={api}
      memory={`thread:${agent.id}`}
      widgets={{ onAction }}
      offers={offers}
      prompts={agent.prompts ?? []}
    />
  );
}

async function onAction({ type, payload }: { type: string; payload?: Record<string, unknown> }) {
  if (type !== 'search.open' || typeof payload?.url !== 'string') return;
  const url = new URL(payload.url, document.baseURI);
  // The address came with a search result: only the web may be opened, and it must not reach back to us.
  if (url.protocol === 'http:' || url.protocol === 'https:')
    window.open(url, '_blank', 'noopener,noreferrer');
}
