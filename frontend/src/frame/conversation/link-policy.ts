import type { LinkPolicy } from '../../ui/link-policy';
import type { Conversation } from './conversation';
import { namedHosts } from './named-hosts';

/** A link waits no longer than this for the server: its address is shown then. */
const PATIENCE_MS = 800;

/** `origins`: of the page around the chat, and of the server that answers in it. */
export function linkPolicyOf(conversation: Conversation, origins: readonly string[]): LinkPolicy {
  return {
    isNamed: (url) =>
      [location.origin, ...origins].includes(url.origin) ||
      namedHosts(conversation.state.value.items).has(url.host),
    isNamedByTool: async ({ host }) => {
      const late = new Promise<string[]>((resolve) => setTimeout(resolve, PATIENCE_MS, []));
      const hosts = await Promise.race([conversation.hostsNamedByTools(), late]);
      return hosts.includes(host);
    },
  };
}
