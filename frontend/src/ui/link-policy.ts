/** Which links of a text are opened without showing their address first. */
import { createContext } from 'react';

export type LinkPolicy = {
  /** Whether something beside the text has named the host, as far as that is known here. */
  isNamed(url: URL): boolean;
  /** Whether a tool has, which the server knows. */
  isNamedByTool(url: URL): Promise<boolean>;
};

const isOwn = (url: URL) => url.origin === location.origin;

/** Nothing is known but this server. */
export const LinkPolicyContext = createContext<LinkPolicy>({
  isNamed: isOwn,
  isNamedByTool: async () => false,
});

/** For texts that no model has written. */
export const everyLink: LinkPolicy = { isNamed: () => true, isNamedByTool: async () => true };
