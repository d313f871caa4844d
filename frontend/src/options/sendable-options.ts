/** Options as data, not yet checked: what is a function on the host page is named, and called by its dotted path. */
export type SentOptions = {
  data: unknown;
  functions: string[];
  /** What a relative `api.url` is relative to. */
  base: string;
  /** What Enter does in the composer, from the attribute `enter-key` of the element; null for what the device suggests. */
  enterKey?: EnterKey | null;
};

export type EnterKey = 'send' | 'newline';

export const readEnterKey = (value: string | null): EnterKey | null =>
  value === 'send' || value === 'newline' ? value : null;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Options as data that can be cloned; functions stay on the host page, and are named by their places. */
export function sendableOptions(options: unknown, base: string): SentOptions {
  const functions: string[] = [];
  const withoutFunctions = (value: unknown, path: string): unknown => {
    if (typeof value === 'function') {
      functions.push(path);
      return undefined;
    }
    if (typeof value === 'symbol') return undefined;
    const below = (child: unknown, key: string | number) =>
      withoutFunctions(child, path ? `${path}.${key}` : `${key}`);
    if (Array.isArray(value)) return value.map(below);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, below(child, key)]));
  };
  return { data: withoutFunctions(options, ''), functions, base };
}

export function callFunctionAt(options: unknown, path: string, args: unknown[]): unknown {
  const { owner, target } = memberAt(options, path);
  if (typeof target !== 'function') throw new Error(`This page has no function for "${path}".`);
  return target.apply(owner, args);
}

export const hasFunctionAt = (options: unknown, path: string): boolean =>
  typeof memberAt(options, path).target === 'function';

function memberAt(options: unknown, path: string): { owner: unknown; target: unknown } {
  const keys = path.split('.');
  const name = keys.pop() as string;
  const owner = keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), options);
  return { owner, target: isObject(owner) && Object.hasOwn(owner, name) ? owner[name] : undefined };
}
