export type AgentPrompt = { label: string; prompt: string; icon?: string };
export type Agent = {
  id: string;
  name: string;
  description?: string | null;
  url: string;
  notice?: string | null;
  greeting?: string | null;
  placeholder?: string | null;
  prompts?: AgentPrompt[];
};
/** What files the server takes; sizes in bytes, extensions by type. */
export type UploadRules = { max_size: number; max_count: number; accept: Record<string, string[]> };
export type Agents = { default: string; agents: Agent[]; uploads?: UploadRules | null };

/** Relative to the page, because the server may be mounted under a prefix. */
export const here = (path: string) => new URL(path, document.baseURI).href;

export async function fetchAgents(signal: AbortSignal): Promise<Agents> {
  const response = await fetch(here('api/agents'), { signal, headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`The list of agents could not be read (status ${response.status}).`);
  const { default: first, agents, uploads } = (await response.json()) as Agents;
  if (!Array.isArray(agents) || !agents.length) throw new Error('The server has no agents.');
  return { default: first, uploads, agents: agents.map((agent) => ({ ...agent, url: here(agent.url) })) };
}
