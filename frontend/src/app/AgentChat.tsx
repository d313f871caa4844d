import { useMemo } from 'react';
import { createResumableFetch } from '../resumable-fetch/resumable-fetch';
import { handlersOf } from './agent-options';
import { type Agent, serverUrl } from './agents';
import { ChatKitView, type ChatProps, type ThreadLink } from './ChatKitView';
import { useAppText } from './language/app-language';

const resumableFetch = createResumableFetch();

type Props = ChatProps & { agent: Agent; domainKey: string; threadLink: ThreadLink };

export function AgentChat({ agent, domainKey, ...around }: Props) {
  const api = useMemo(
    () => ({
      url: agent.url,
      domainKey,
      fetch: resumableFetch,
      uploadStrategy: { type: 'direct' as const, uploadUrl: serverUrl('files') },
    }),
    [agent.url, domainKey],
  );
  const { notices } = useAppText();
  const { notify } = around;
  const handlers = useMemo(
    () => handlersOf(agent, (text) => notify({ text, isPassing: true }), notices),
    [agent, notify, notices],
  );
  return (
    <ChatKitView
      {...around}
      api={api}
      storageKey={`thread:${agent.id}`}
      widgets={{ onAction }}
      handlers={handlers}
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
