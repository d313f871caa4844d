/*
 * Calls that an answer makes of the page. Every page that follows the answer may carry them out: the one that
 * asked may have been reloaded. Once is enough, though, so pages of one browser take turns, and what a tool gave
 * is kept until the server has it. Between two browsers the server decides: it takes one output of a call.
 */
import type { ClientToolCallItem, ThreadItem } from '../../protocol/types';
import type { Host } from '../host';

export function pendingCall(items: ThreadItem[]): ClientToolCallItem | null {
  const call = items.at(-1);
  return call?.type === 'client_tool_call' && call.status === 'pending' ? call : null;
}

export class ToolCalls {
  #results = new Map<string, unknown>();
  #over = new Set<string>();

  constructor(private readonly host: Host) {}

  /** Whether it is still worth while: the server refuses a second output however often it is sent. */
  isOpen({ id }: ClientToolCallItem): boolean {
    return !this.#over.has(id);
  }

  close({ id }: ClientToolCallItem) {
    this.#over.add(id);
    this.#results.delete(id);
  }

  /** What the tool of the page gives; a failure is a result that the model can read. */
  async resultOf({ id, name, arguments: params }: ClientToolCallItem): Promise<unknown> {
    if (!this.#results.has(id)) {
      try {
        const result = (await this.host.invoke('onClientTool', { name, params })) ?? {};
        // What cannot be sent would otherwise be sent again and again.
        JSON.stringify(result);
        this.#results.set(id, result);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.host.fail(`The client tool "${name}" failed: ${message}`);
        this.#results.set(id, { error: message });
      }
    }
    return this.#results.get(id);
  }
}

/** Does the work while no other page of this browser does; `waited` when one did. */
export async function inTurn<T>(
  { id }: ClientToolCallItem,
  work: (waited: boolean) => Promise<T>,
): Promise<T> {
  const locks = await usableLocks();
  if (!locks) return work(false);
  const name = `chatkit-link:${id}`;
  const first = await locks.request(name, { ifAvailable: true }, async (lock) =>
    lock ? { done: await work(false) } : null,
  );
  return first ? first.done : locks.request(name, () => work(true));
}

/** Absent where the page came over plain HTTP from another machine; refused where a frame's storage is blocked. */
async function usableLocks(): Promise<LockManager | null> {
  try {
    await navigator.locks.query();
    return navigator.locks;
  } catch {
    return null;
  }
}
