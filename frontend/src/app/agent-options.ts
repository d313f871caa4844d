/*
 * The options of the chat with an agent of this server: what the agent brings along as data, and what the page does
 * for it. The demo page finds what can be mentioned, makes each suggestion a command, and only notifies the user of
 * tools and effects; a page of one's own would open something instead.
 */
import type { ChatKitIcon, ChatKitOptions, Command } from '@openai/chatkit';
import type { UseChatKitOptions } from '@openai/chatkit-react';
import { problemFrom } from '../protocol/problems';
import { type Agent, type AgentPrompt, serverUrl } from './agents';
import type { AppText } from './language/app-language';
import type { OptionData } from './settings/option-values';

type Notify = (sentence: string) => void;
type Words = AppText['notices'];

/** What an agent of this server brings along. */
export function defaultOptionsOf(
  { name, greeting, placeholder, notice, prompts, uploads, models, has_model, dictation, tools }: Agent,
  words: Words,
): OptionData {
  return {
    frameTitle: words.frame(name),
    // The sidebar has it.
    history: { enabled: false },
    threadItemActions: { feedback: true, retry: true },
    thread: { autoScroll: true },
    startScreen: { ...(greeting && { greeting }), prompts: prompts ?? [] },
    composer: {
      ...(placeholder && { placeholder }),
      ...(dictation && { dictation: { enabled: true } }),
      ...(models?.length && has_model !== false && { models: models.map((id) => ({ id, label: id })) }),
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

export function handlersOf(
  { id, mentions }: Agent,
  notify: Notify,
  words: Words,
): Partial<UseChatKitOptions> {
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
      notify(messageIn(params) ?? words.asked(named(name, params)));
      return { done: true };
    },
    onEffect: ({ name, data }) => notify(messageIn(data) ?? words.told(named(name, data))),
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

/** What an agent has written for the user, who knows nothing of names of tools and effects. */
const messageIn = (data?: Record<string, unknown>) =>
  typeof data?.message === 'string' && data.message ? data.message : null;

/** With the title of what it is about, where there is one. */
const named = (name: string, data?: Record<string, unknown>) =>
  typeof data?.title === 'string' ? `${name}: ${data.title}` : name;

async function ask(path: string, query: Record<string, string>) {
  const url = new URL(serverUrl(path));
  url.search = new URLSearchParams(query).toString();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const response = await fetch(url, { headers: { Accept: 'application/json', 'X-Time-Zone': zone } });
  if (!response.ok) throw await problemFrom(response);
  return response.json();
}
