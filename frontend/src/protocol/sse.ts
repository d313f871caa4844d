import { createParser } from 'eventsource-parser';
import type { ThreadEvent } from './types';

/** An event and its number within its run, where the server numbers them. */
export type NumberedEvent = { id: number | null; event: ThreadEvent };

/** Reads a body of server-sent events to its end. Events that arrive together are handed over together. */
export async function readEvents(
  body: ReadableStream<Uint8Array>,
  onEvents: (events: NumberedEvent[]) => void,
): Promise<void> {
  let batch: NumberedEvent[] = [];
  const parser = createParser({
    onEvent(message) {
      const event = parse(message.data);
      if (event) batch.push({ id: message.id ? Number(message.id) : null, event });
    },
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      parser.feed(decoder.decode(value, { stream: !done }));
      if (batch.length) {
        onEvents(batch);
        batch = [];
      }
      if (done) return;
    }
  } finally {
    reader.releaseLock();
  }
}

/** One unreadable event must not cost the user the rest of the answer. */
function parse(data: string): ThreadEvent | null {
  try {
    const event = JSON.parse(data);
    return typeof event?.type === 'string' ? event : null;
  } catch {
    return null;
  }
}
