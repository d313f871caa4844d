/*
 * From what the host page sent to options that the frame can rely on. What is wrong is left out, so that a slip in
 * one option does not cost the others, and is reported to the host page as a sentence.
 */
import type { ChatKitOptions } from '@openai/chatkit';
import * as v from 'valibot';
import { mended } from './mended-parts';
import { renamed } from './renamed-options';
import { options as schema } from './schema';
import type { SentOptions } from './sendable-options';

type Key = string | number;
type Tree = Record<Key, unknown>;
type Invoke = (path: string, ...args: unknown[]) => Promise<unknown>;

/** Without a usable `api` there is nothing to chat with; all other options may be there nevertheless. */
export type UsableOptions = Omit<ChatKitOptions, 'api'> & { api: ChatKitOptions['api'] | null };
/** `notices`: which options were given by a name that they have no more, and which of their parts were put right. */
export type ReadOptions = { options: UsableOptions; problems: string[]; notices: string[] };

export function readOptions({ data, functions }: SentOptions, invoke: Invoke): ReadOptions {
  if (!isTree(data) || Array.isArray(data)) {
    const problems = ['setOptions needs an object with at least "api".'];
    return { options: { api: null }, problems, notices: [] };
  }
  const given = structuredClone(data);
  for (const path of functions) put(given, path.split('.'), (...args: unknown[]) => invoke(path, ...args));
  const notices = [...renamed(given), ...mended(given)];
  const problems = (v.safeParse(schema, given).issues ?? []).map((issue) => sentenceOf(issue, given));
  dropWrong(given);
  return {
    options: { ...(given as UsableOptions), api: (given.api as ChatKitOptions['api']) ?? null },
    problems,
    notices,
  };
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

function put(tree: Tree, path: string[], value: unknown) {
  const name = path.pop() as string;
  const owner = path.reduce<unknown>(
    (at, key) => (isTree(at) && Object.hasOwn(at, key) ? at[key] : null),
    tree,
  );
  if (isTree(owner)) Object.defineProperty(owner, name, { value, enumerable: true, configurable: true });
}

const keysOf = (issue: v.BaseIssue<unknown>) => (issue.path ?? []).map(({ key }) => key as Key);

function sentenceOf(issue: v.BaseIssue<unknown>, given: Tree): string {
  const path = keysOf(issue).join('.');
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return path === 'api.getClientSecret' && isTree(given.api) && 'url' in given.api
      ? 'Option "api" mixes "url" with "getClientSecret": keep one of them.'
      : `Unknown option "${path}": it was ignored.`;
  }
  if (issue.type === 'strict_object' && issue.received === 'undefined') {
    if (path === 'api') return 'Option "api" is missing: set api.url or api.getClientSecret.';
    return `Option "${path}" is missing.`;
  }
  return `Option "${path}" must be ${issue.message}: it was ignored.`;
}

/** Takes away what is wrong; where that leaves something incomplete, the whole of it. */
function dropWrong(given: Tree) {
  for (;;) {
    const [issue] = v.safeParse(schema, given, { abortEarly: true }).issues ?? [];
    if (!issue) return;
    const keys = keysOf(issue);
    // Each round takes one thing away, and what is missing cannot be taken away: its owner goes.
    while (keys.length > 1 && !has(given, keys)) keys.pop();
    if (!has(given, keys)) return;
    const name = keys.pop() as Key;
    const owner = at(given, keys) as Tree | unknown[];
    if (Array.isArray(owner)) owner.splice(Number(name), 1);
    else delete owner[name];
  }
}

const at = (tree: Tree, keys: Key[]) =>
  keys.reduce<unknown>((value, key) => (isTree(value) ? value[key] : undefined), tree);

function has(tree: Tree, keys: Key[]): boolean {
  const owner = at(tree, keys.slice(0, -1));
  return isTree(owner) && Object.hasOwn(owner, keys.at(-1) as Key);
}
