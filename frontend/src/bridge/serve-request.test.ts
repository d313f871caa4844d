import { expect, test } from 'vitest';
import type { ResumableFetchInit } from '../resumable-fetch/resumable-fetch';
import type { BridgeResponse } from './contract';
import { serveRequest } from './serve-request';

function receivedOver(port: MessagePort) {
  const received: BridgeResponse[] = [];
  return new Promise<BridgeResponse[]>((resolve) => {
    port.onmessage = ({ data }: MessageEvent<BridgeResponse>) => {
      received.push(data);
      if (data.type === 'end' || data.type === 'failed') resolve(received);
    };
  });
}

test('a file is sent as the field "file" of a form, and the frame gets its progress', async () => {
  const { port1, port2 } = new MessageChannel();
  const received = receivedOver(port1);
  let sent: File | undefined;
  let headers: unknown;
  const fetch: typeof globalThis.fetch = async (_, init: ResumableFetchInit = {}) => {
    headers = init.headers;
    sent = (init.body as FormData).get('file') as File;
    init.onSent?.(0.5);
    return Response.json({ id: 'atc_1' });
  };
  const file = new File(['%PDF-'], 'report.pdf', { type: 'application/pdf' });
  await serveRequest(
    fetch,
    { url: '/files', method: 'POST', headers: { Accept: 'application/json' }, body: file },
    port2,
  );
  expect(sent?.name).toBe('report.pdf');
  // The browser gives the form its type, with the boundary that it chose.
  expect(headers).toEqual({ Accept: 'application/json' });
  expect(await received).toMatchObject([
    { type: 'sent', part: 0.5 },
    { type: 'head', status: 200 },
    { type: 'chunk' },
    { type: 'end' },
  ]);
  port1.close();
});
