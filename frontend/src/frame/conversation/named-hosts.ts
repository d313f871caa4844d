/*
 * The hosts that a conversation has from elsewhere than from the words of its model: those that the user wrote, and
 * those of sources and of what widgets lead to. A message that quotes an answer has not named what it quotes.
 */
import type { Source, Task, ThreadItem } from '../../protocol/types';

export function namedHosts(items: readonly ThreadItem[]): Set<string> {
  return new Set(items.flatMap(hostsOf));
}

function hostsOf(item: ThreadItem): string[] {
  switch (item.type) {
    case 'user_message':
      return item.content.flatMap((part) =>
        part.type === 'input_text' ? hostsIn(part.text) : [part.id, ...stringsIn(part.data)].flatMap(hostsIn),
      );
    case 'structured_input':
      return item.inputs.flatMap(({ answer }) => answer?.values ?? []).flatMap(hostsIn);
    case 'assistant_message':
      return hostsOfSources(
        item.content.flatMap(({ annotations }) => (annotations ?? []).map(({ source }) => source)),
      );
    case 'workflow':
      return item.workflow.tasks.flatMap(hostsOfTask);
    case 'task':
      return hostsOfTask(item.task);
    case 'widget':
      return payloadsIn(item.widget).flatMap((payload) =>
        stringsIn(payload).filter(isAddress).flatMap(hostsIn),
      );
    default:
      return [];
  }
}

const hostsOfTask = (task: Task) => ('sources' in task ? hostsOfSources(task.sources ?? []) : []);

const hostsOfSources = (sources: readonly Source[]) =>
  sources.flatMap((source) => (source.type === 'url' ? hostsIn(source.url) : []));

const isAddress = (text: string) => /^https?:\/\/\S+$/i.test(text);

/** Addresses, and names of hosts as people write them, but none of mail. */
const NAMES =
  /https?:\/\/([^\s/?#<>"`\\]+)|(?<![\w.@/%-])((?:[\p{L}\p{N}][\p{L}\p{N}_-]*\.)+\p{L}{2,}(?::\d+)?)/giu;

function hostsIn(text: string): string[] {
  return [...text.matchAll(NAMES)].flatMap(([, withScheme, bare]) => {
    const written = (withScheme ?? bare ?? '').replace(/[.,;:!?)\]}'*_~|]+$/u, '');
    // Where words have no spaces between them, a host ends where its letters do.
    const ascii = /^[!-~]+/.exec(written)?.[0] ?? '';
    return [written, ...(ascii.includes('.') ? [ascii] : [])].flatMap((host) => hostOf(host) ?? []);
  });
}

/** As the `host` of an address: lower case, punycode, and a port that is not the usual one. */
function hostOf(written: string): string | null {
  try {
    return new URL(`https://${written}`).host;
  } catch {
    return null;
  }
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(stringsIn) : [];
}

/** What the actions of a widget carry. */
function payloadsIn(value: unknown): unknown[] {
  if (value === null || typeof value !== 'object') return [];
  const own = 'payload' in value ? [value.payload] : [];
  return [...own, ...Object.values(value).flatMap(payloadsIn)];
}
