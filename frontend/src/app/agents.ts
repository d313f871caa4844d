import { problemFrom } from '../protocol/problems';

export type AgentPrompt = { label: string; prompt: string; icon?: string };
/** What files an agent takes: bytes of a file, files of a message, media types. */
export type UploadRules = { max_size: number; max_count: number; accept: string[] };
export type Agent = {
  id: string;
  name: string;
  description?: string | null;
  url: string;
  notice?: string | null;
  greeting?: string | null;
  placeholder?: string | null;
  prompts?: AgentPrompt[];
  uploads?: UploadRules | null;
  /** Whether a model is configured: without one there is none to choose. */
  has_model?: boolean;
  /** Whether the server can write down what is dictated. */
  dictation?: boolean;
  /** Ids of models and composer tools that can be chosen. */
  models?: string[];
  tools?: string[];
  /** Whether something can be mentioned with @. */
  mentions?: boolean;
};
/** way_out: where to read how to leave Agent Builder, if this server has such a page. */
export type Agents = { default: string; agents: Agent[]; way_out?: string | null };

/** Relative to the page, because the server may be mounted under a prefix. */
export const serverUrl = (path: string) => new URL(path, document.baseURI).href;

/** language: a BCP 47 tag, of the texts that agents bring along. */
export async function fetchAgents(language: string, signal: AbortSignal): Promise<Agents> {
  const headers = { Accept: 'application/json', 'Accept-Language': language };
  const response = await fetch(serverUrl('api/agents'), { signal, headers });
  if (!response.ok) throw await problemFrom(response);
  const { default: first, agents, way_out } = (await response.json()) as Agents;
  if (!Array.isArray(agents) || !agents.length) throw new Error('The server has no agents.');
  return {
    default: first,
    agents: agents.map((agent) => ({ ...agent, url: serverUrl(agent.url) })),
    way_out: way_out ? serverUrl(way_out) : null,
  };
}
