import type { ResumableFetchInit } from '../resumable-fetch/resumable-fetch';
import { ABORT, type BridgeResponse, type HostApi } from './contract';

/** A fetch whose requests are made at the other end of `open`; the body streams back through a port. */
export function fetchOverPort(
  open: (request: Parameters<HostApi['request']>[0], port: MessagePort) => void,
): typeof globalThis.fetch {
  return (input, init: ResumableFetchInit = {}) => {
    const { port1, port2 } = new MessageChannel();
    const { signal } = init;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const response = responseFrom(port1, init);
    open(
      {
        url: String(input),
        method: init.method ?? 'GET',
        headers: headersOf(init),
        keepalive: init.keepalive,
        body: typeof init.body === 'string' || init.body instanceof Blob ? init.body : null,
      },
      port2,
    );
    return response;
  };
}

/** With names as they are usually written: a page that sets "Content-Type" anew must not add a second one. */
function headersOf(init: RequestInit): Record<string, string> {
  const written = (name: string) => name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
  return Object.fromEntries(Array.from(new Headers(init.headers), ([name, value]) => [written(name), value]));
}

function responseFrom(
  port: MessagePort,
  { signal, onConnection, onSent }: ResumableFetchInit,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const fail = (error: Error) => {
      controller?.error(error);
      reject(error);
      port.onmessage = null;
      port.close();
    };
    // A caller that stops is released at once, even when the host page's fetch does not listen to its signal.
    const stop = () => {
      port.postMessage(ABORT);
      fail(new DOMException('Aborted', 'AbortError'));
    };
    signal?.addEventListener('abort', stop, { once: true });
    port.onmessage = ({ data }: MessageEvent<BridgeResponse>) => {
      switch (data.type) {
        case 'sent':
          onSent?.(data.part);
          break;
        case 'head': {
          const body = new ReadableStream<Uint8Array>({
            start: (started) => {
              controller = started;
            },
            cancel: () => port.postMessage(ABORT),
          });
          const empty = data.status === 204 || data.status === 205 || data.status === 304;
          resolve(new Response(empty ? null : body, data));
          break;
        }
        case 'connection':
          onConnection?.(data.connection);
          break;
        case 'chunk':
          controller?.enqueue(data.bytes);
          break;
        case 'end':
          signal?.removeEventListener('abort', stop);
          controller?.close();
          port.close();
          break;
        case 'failed':
          signal?.removeEventListener('abort', stop);
          fail(data.aborted ? new DOMException('Aborted', 'AbortError') : new TypeError(data.reason));
      }
    };
  });
}
