import { useEffect, useState } from 'react';
import { useText } from '../../language/language';
import type { Share, ShareRequest } from '../../protocol/thread-extras';
import { useChat } from '../context';
import type { Conversation } from '../conversation/conversation';

/** The links to a conversation as the server has them, and what can be done with them. */
export function useShares({ id, sharing }: Conversation) {
  const chat = useChat();
  const { failures } = useText();
  const [shares, setShares] = useState<readonly Share[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const thread = id ?? '';

  /** Undefined where it failed, which is displayed then. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    setFailure(null);
    try {
      return await work();
    } catch (error) {
      setFailure(chat.sentence(error, failures.unknown));
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is read once, when the dialog opens
  useEffect(() => {
    void attempt(async () => setShares(await sharing.list(thread)));
  }, []);

  const create = (request: ShareRequest) =>
    attempt(async () => {
      const share = await sharing.create(thread, request);
      setShares((others) => [share, ...others]);
      return share.id;
    });
  const revoke = (share: string) =>
    attempt(async () => {
      await sharing.revoke(thread, share);
      setShares((others) => others.filter((other) => other.id !== share));
      return true;
    });
  return { shares, failure, create, revoke };
}
