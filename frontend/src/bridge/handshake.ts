/** The two messages that pass between the windows before there is a port. */
export const HELLO = 'chatkit-link:hello';
export const PORT = 'chatkit-link:port';

/** The page around the frame; its origin is as the browser tells it. */
export type HostPort = { port: MessagePort; origin: string };

/** Says hello to the page around the frame and waits for its port; only the parent window may answer. */
export function portOfHost(): Promise<HostPort> {
  return new Promise((resolve) => {
    const onMessage = ({ data, source, ports, origin }: MessageEvent) => {
      const [port] = ports;
      if (data !== PORT || source !== window.parent || !port) return;
      removeEventListener('message', onMessage);
      resolve({ port, origin });
    };
    addEventListener('message', onMessage);
    // Any page may receive this word: it carries nothing. What it opens is checked on both sides.
    window.parent.postMessage(HELLO, '*');
  });
}
