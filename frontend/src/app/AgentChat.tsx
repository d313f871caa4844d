import type { ChatKitOptions, StartScreenPrompt } from '@openai/chatkit';
import { ChatKit, useChatKit } from '@openai/chatkit-react';
import { useMemo } from 'react';
import { createLinkFetch } from '../link/link-fetch';
import { type Agent, here, type UploadRules } from './agents';
import { recall, remember } from './memory';

type Props = { agent: Agent; uploads: UploadRules | null; scheme: 'light' | 'dark' };

/** One agent's chat, through the same package any ChatKit page uses. */
export function AgentChat({ agent, uploads, scheme }: Props) {
  const thread = `thread:${agent.id}`;
  const options = useMemo<ChatKitOptions>(
    () => ({
      api: {
        url: agent.url,
        domainKey: 'local',
        fetch: createLinkFetch(),
        uploadStrategy: { type: 'direct', uploadUrl: here('files') },
      },
      initialThread: recall(`thread:${agent.id}`),
      frameTitle: `Chat with ${agent.name}`,
      history: { enabled: true, showRename: true, showDelete: true },
      threadItemActions: { feedback: true, retry: true },
      thread: { autoScroll: true },
      startScreen: {
        ...(agent.greeting && { greeting: agent.greeting }),
        prompts: (agent.prompts ?? []) as StartScreenPrompt[],
      },
      composer: {
        ...(agent.placeholder && { placeholder: agent.placeholder }),
        ...(uploads && {
          attachments: {
            enabled: true,
            maxSize: uploads.max_size,
            maxCount: uploads.max_count,
            accept: uploads.accept,
          },
        }),
      },
      ...(agent.notice && { disclaimer: { text: agent.notice } }),
      widgets: { onAction },
    }),
    [agent, uploads],
  );
  const { control } = useChatKit({
    ...options,
    theme: scheme,
    onThreadChange: ({ threadId }) => remember(thread, threadId),
  });
  return <ChatKit control={control} className="chat" />;
}

async function onAction({ type, payload }: { type: string; payload?: Record<string, unknown> }) {
  if (type !== 'search.open' || typeof payload?.url !== 'string') return;
  const url = new URL(payload.url, document.baseURI);
  // The address came with a search result: only the web may be opened, and it must not reach back to us.
  if (url.protocol === 'http:' || url.protocol === 'https:')
    window.open(url, '_blank', 'noopener,noreferrer');
}
