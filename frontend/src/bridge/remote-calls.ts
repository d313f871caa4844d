/*
 * Calls between two windows over one message port, in both directions. A message is a call or, with the same
 * number, its result. Arguments and results are whatever can be cloned; message ports among the arguments move.
 * A result that cannot be cloned fails the call, like anything the method throws, and so does the end of the port.
 */
type Call = { id: number; name: string; args: unknown[] };
/** An error crosses as its words: cloning would lose a name that is not one of JavaScript's own. */
type Result = { id: number; value?: unknown; error?: { name: string; message: string } };
// biome-ignore lint/suspicious/noExplicitAny: the parameters are the methods' own business
type Methods = Record<string, (...args: any[]) => unknown>;

/** The methods at the other end. */
export type Remote<Api> = <K extends keyof Api & string>(
  name: K,
  ...args: Api[K] extends (...args: infer Args) => unknown ? Args : never
) => Promise<Api[K] extends (...args: never[]) => infer Value ? Awaited<Value> : never>;

/** Answers calls that come over the port with `methods`, and calls those of the other end until it is `gone`. */
export function remoteCalls<Api>(port: MessagePort, methods: Methods, gone?: AbortSignal): Remote<Api> {
  const waiting: ((result: Result) => void)[] = [];
  const failing = (id: number) =>
    waiting[id]?.({ id, error: { name: 'AbortError', message: 'The chat went away before this was done.' } });

  const answer = async ({ id, name, args }: Call) => {
    try {
      if (!Object.hasOwn(methods, name)) throw new TypeError(`There is no method "${name}".`);
      port.postMessage({ id, value: await methods[name]?.(...args) });
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      port.postMessage({ id, error: { name, message } });
    }
  };
  port.onmessage = ({ data }: MessageEvent<Call | Result>) => {
    if ('name' in data) return void answer(data);
    waiting[data.id]?.(data);
    delete waiting[data.id];
  };

  gone?.addEventListener('abort', () => {
    port.close();
    for (const id of waiting.keys()) failing(id);
  });

  return (name, ...args) =>
    new Promise((resolve, reject) => {
      const settle = ({ value, error }: Result) =>
        error ? reject(Object.assign(new Error(error.message), error)) : resolve(value as never);
      const id = waiting.push(settle) - 1;
      if (gone?.aborted) return failing(id);
      const moved = args.filter((arg) => arg instanceof MessagePort);
      port.postMessage({ id, name, args } satisfies Call, moved);
    });
}
