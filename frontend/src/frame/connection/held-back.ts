/** An answer of some length that is over as soon as it begins was complete before a proxy let it pass. */
const LONG_MS = 3_000;
const AT_ONCE_MS = 300;
/** A server that answers late and briefly is no proxy. */
const EVENTS = 5;

/**
 * The same stream; `onHeldBack` is called at its end if all of it came at once, seconds after the request `begun`.
 * A ChatKit server sends the user's message back before it begins to answer.
 */
export function watchedForDelay(
  body: ReadableStream<Uint8Array>,
  begun: number,
  onHeldBack: (seconds: number) => void,
): ReadableStream<Uint8Array> {
  let first: number | null = null;
  let events = 0;
  const transform = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      first ??= performance.now();
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1))
        if (chunk[at + 1] === 10) events++;
      controller.enqueue(chunk);
    },
    flush() {
      const now = performance.now();
      if (first && first - begun > LONG_MS && now - first < AT_ONCE_MS && events >= EVENTS)
        onHeldBack(Math.round((now - begun) / 1000));
    },
  });
  return body.pipeThrough(transform);
}
