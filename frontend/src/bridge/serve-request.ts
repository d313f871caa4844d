import type { ResumableFetchInit } from '../resumable-fetch/resumable-fetch';
import { ABORT, type BridgeRequest, type BridgeResponse } from './contract';

/** A fetch with callbacks that a fetch of the page may make use of. */
export type Send = (url: string, init: ResumableFetchInit) => Promise<Response>;

/**
 * Makes one HTTP request for the frame and streams the answer through the request's own port. A frame that is
 * `gone` only stops reading: to abort would mean that the user wants the answer stopped.
 */
export async function serveRequest(
  fetch: Send,
  { url, body, ...request }: BridgeRequest,
  port: MessagePort,
  gone?: AbortSignal,
): Promise<void> {
  const controller = new AbortController();
  const send = (message: BridgeResponse, transfer: Transferable[] = []) =>
    port.postMessage(message, transfer);
  port.onmessage = ({ data }) => data === ABORT && controller.abort();
  let leave = () => {};
  try {
    const init: ResumableFetchInit = {
      ...request,
      body: body instanceof File ? formWith(body) : body,
      signal: controller.signal,
      ...(body instanceof Blob && { onSent: (part) => send({ type: 'sent', part }) }),
      onConnection: (connection) => send({ type: 'connection', connection }),
    };
    const response = await fetch(url, init);
    const { status, statusText, headers } = response;
    send({ type: 'head', status, statusText, headers: [...headers] });
    const reader = response.body?.getReader();
    leave = () => void reader?.cancel().catch(() => {});
    if (gone?.aborted) leave();
    gone?.addEventListener('abort', leave, { once: true, signal: controller.signal });
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done || !value) break;
      // A copy, because a custom fetch may keep using the buffer it handed out.
      const bytes = value.slice();
      send({ type: 'chunk', bytes }, [bytes.buffer]);
    }
    send({ type: 'end' });
  } catch (error) {
    send({ type: 'failed', aborted: controller.signal.aborted, reason: String(error) });
  } finally {
    port.onmessage = null;
    gone?.removeEventListener('abort', leave);
  }
}

/** A file as the field "file" of a form, as ChatKit's direct uploads are sent. */
export function formWith(file: File): FormData {
  const form = new FormData();
  form.append('file', file);
  return form;
}
