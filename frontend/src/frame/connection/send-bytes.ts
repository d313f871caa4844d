import { isAbort } from '../../protocol/problems';
import { sendWithProgress } from '../../resumable-fetch/send-with-progress';
import type { Host } from '../host';
import { isOwn } from './own-server';

/**
 * Sends the bytes of a file to the address that the server named for them. A storage of the page's own author is on an
 * origin that the policy of this frame does not list, and may know the origin of the page only: then the page sends them.
 */
export const sendBytesWith =
  (host: Host): typeof sendWithProgress =>
  async (url, init, onSent) => {
    try {
      return await sendWithProgress(url, init, onSent);
    } catch (error) {
      const { body } = init;
      if (isAbort(error) || init.signal?.aborted || !(body instanceof Blob)) throw error;
      if (isOwn(url)) throw error;
      const sent = { ...init, body: body.slice(0, body.size, body.type), onSent };
      return host.fetch(url, sent);
    }
  };
