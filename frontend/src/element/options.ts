import type { ChatKitOptions } from '@openai/chatkit';
import type { SentOptions } from './bridge';

/** Every key ChatKit 1.9 knows; `true` where anything may follow. */
const known: Known = {
  api: { url: true, domainKey: true, fetch: true, uploadStrategy: true, getClientSecret: true },
  locale: true,
  theme: { colorScheme: true, typography: true, radius: true, density: true, color: true },
  frameTitle: true,
  initialThread: true,
  onClientTool: true,
  header: { enabled: true, title: { enabled: true, text: true }, leftAction: true, rightAction: true },
  history: { enabled: true, showDelete: true, showRename: true },
  startScreen: { greeting: true, prompts: true },
  threadItemActions: { feedback: true, retry: true },
  composer: {
    placeholder: true,
    attachments: true,
    tools: true,
    models: true,
    dictation: true,
  },
  disclaimer: { text: true, highContrast: true },
  entities: { onTagSearch: true, showComposerMenu: true, onClick: true, onRequestPreview: true },
  commands: { enabled: true, onSearch: true, onSelect: true },
  widgets: { onAction: true },
  thread: { autoScroll: true },
};
type Known = { [key: string]: true | Known };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is wrong with these options, each as a sentence. */
export function optionProblems(options: ChatKitOptions): string[] {
  if (!isObject(options)) return ['setOptions needs an object with at least "api".'];
  return [...unknownKeys(options, known, ''), ...apiProblems(options.api)];
}

function unknownKeys(value: Record<string, unknown>, allowed: Known, path: string): string[] {
  return Object.entries(value).flatMap(([key, child]) => {
    const rule = Object.hasOwn(allowed, key) ? allowed[key] : undefined;
    if (!rule) return [`Unknown option "${path}${key}": it was ignored.`];
    return rule !== true && isObject(child) ? unknownKeys(child, rule, `${path}${key}.`) : [];
  });
}

function apiProblems(api: unknown): string[] {
  if (!isObject(api)) return ['Option "api" is missing: set api.url and api.domainKey.'];
  if ('getClientSecret' in api) {
    return 'url' in api
      ? ['Option "api" mixes "url" with "getClientSecret": keep one of them.']
      : [
          'Option "api.getClientSecret" is for hosted sessions; this element needs api.url and api.domainKey.',
        ];
  }
  const missing = ['url', 'domainKey'].filter((key) => typeof api[key] !== 'string' || !api[key]);
  return missing.map((key) => `Option "api.${key}" must be a non-empty string.`);
}

/** Options as data that can be cloned; functions stay on the host page. */
export function sendable(options: ChatKitOptions): SentOptions {
  return { data: withoutFunctions(options) as ChatKitOptions };
}

function withoutFunctions(value: unknown): unknown {
  if (typeof value === 'function') return undefined;
  if (Array.isArray(value)) return value.map(withoutFunctions);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withoutFunctions(child)]));
}

export function callAt(options: unknown, path: string, args: unknown[]): unknown {
  const keys = path.split('.');
  const name = keys.pop() as string;
  const owner = keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), options);
  const target = isObject(owner) && Object.hasOwn(owner, name) ? owner[name] : undefined;
  if (typeof target !== 'function') throw new Error(`This page has no function for "${path}".`);
  return target.apply(owner, args);
}
