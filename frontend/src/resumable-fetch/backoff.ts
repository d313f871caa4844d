const FIRST_MS = 250;
const LONGEST_MS = 4_000;

/** How long to wait before the next try: longer each time, and not in step with other clients. */
export const backoffDelay = (attempt: number) =>
  Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS) * (0.5 + Math.random() / 2);

/** Resolves after a while, at once when the network is back, or when it is not worth waiting for any more. */
export function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.('online', end);
      stop.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    globalThis.addEventListener?.('online', end);
    stop.addEventListener('abort', end);
    if (stop.aborted) end();
  });
}
