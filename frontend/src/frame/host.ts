import type { EventName, HostApi } from '../bridge/contract';
import { fetchOverPort } from '../bridge/fetch-over-port';
import type { Remote } from '../bridge/remote-calls';

/** The host page, as the frame sees it. */
export type Host = {
  origin: string;
  fetch: typeof globalThis.fetch;
  invoke(path: string, ...args: unknown[]): Promise<unknown>;
  emit(name: EventName, detail?: unknown): void;
  fail(message: string, name?: string): void;
  misconfigured(message: string): void;
  faultOf(url: string): Promise<string | null>;
  keep(composer: unknown): void;
};

export function hostOver(call: Remote<HostApi>, origin: string): Host {
  return {
    origin,
    fetch: fetchOverPort((request, port) => void call('request', request, port)),
    invoke: (path, ...args) => call('invoke', path, args),
    emit: (name, detail) => void call('emit', name, detail),
    fail: (message, name) => void call('fail', message, name),
    misconfigured: (message) => void call('misconfigured', message),
    faultOf: (url) => call('faultOf', url),
    keep: (composer) => void call('keep', composer),
  };
}
