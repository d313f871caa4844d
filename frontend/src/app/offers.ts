/*
 * What the page does for an agent of this server: it finds what can be mentioned, says what the agent asks of the page
 * around the chat, and makes each suggestion a command. A page of one's own would open something instead of saying so.
 */
import type { ChatKitIcon, ChatKitOptions, Command } from '@openai/chatkit';
import type { UseChatKitOptions } from '@openai/chatkit-react';
import { problemFrom } from '../protocol/problems';
import { type Agent, type AgentPrompt, here } from './agents';

type Say = (sentence: string) => void;

export function offersOf({ id, mentions }: Agent, say: Say): Partial<UseChatKitOptions> {
  return {
    ...(mentions && {
      entities: {
        showComposerMenu: true,
        onTagSearch: async (query: string) => (await ask('api/entities', { agent: id, q: query })).entities,
        onRequestPreview: ({ id: entity }: { id: string }) =>
          ask(`api/entities/${encodeURIComponent(entity)}/preview`, { agent: id }),
      },
    }),
    onClientTool: async ({ name, params }) => {
      say(`The chat asked the page for “${name}”${about(params)}.`);
      return { done: true };
    },
    onEffect: ({ name, data }) => say(`The chat told the page of “${name}”${about(data)}.`),
  };
}

export function commandsOf(
  prompts: AgentPrompt[],
  send: (prompt: string) => unknown,
): NonNullable<ChatKitOptions['commands']> {
  const commands = prompts.map(
    ({ label, prompt, icon }): Command => ({
      id: prompt,
      label,
      description: prompt,
      ...(icon && { icon: icon as ChatKitIcon }),
    }),
  );
  return {
    enabled: true,
    onSearch: async (query) =>
      commands.filter(({ label }) => label.toLowerCase().includes(query.toLowerCase())),
    onSelect: async ({ id }) => {
      await send(id);
    },
  };
}

/** The title of what it is about, where there is one. */
const about = (data?: Record<string, unknown>) => (typeof data?.title === 'string' ? `: ${data.title}` : '');

async function ask(path: string, query: Record<string, string>) {
  const url = new URL(here(path));
  url.search = new URLSearchParams(query).toString();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const response = await fetch(url, { headers: { Accept: 'application/json', 'X-Time-Zone': zone } });
  if (!response.ok) throw await problemFrom(response);
  return response.json();
}
