/*
 * What this browser remembers: on this device, or for this tab. Storage may be full, blocked or absent; what it
 * refuses is then known until the page is left, so nothing breaks and only convenience is lost.
 */
import { useMemo, useSyncExternalStore } from 'react';

export type StorageScope = 'device' | 'tab';

const key = (name: string) => `chatkit-link:${name}`;
const storageFor = (place: StorageScope) => (place === 'device' ? localStorage : sessionStorage);
const refused = new Map<string, string | null>();
const listeners = new Set<() => void>();

export function readStored(name: string, place: StorageScope = 'device'): string | null {
  const known = refused.get(place + name);
  if (known !== undefined) return known;
  try {
    return storageFor(place).getItem(key(name));
  } catch {
    return null;
  }
}

export function writeStored(name: string, value: string | null, place: StorageScope = 'device') {
  try {
    if (value === null) storageFor(place).removeItem(key(name));
    else storageFor(place).setItem(key(name), value);
    refused.delete(place + name);
  } catch {
    refused.set(place + name, value);
  }
  for (const listener of listeners) listener();
}

function listen(listener: () => void) {
  listeners.add(listener);
  // Fires for what other tabs remember.
  addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', listener);
  };
}

/** What is remembered under a name, as `parse` understands it, and followed when it changes, also in another tab. */
export function useStored<T>(
  name: string,
  parse: (text: string | null) => T,
  place: StorageScope = 'device',
): T {
  const text = useSyncExternalStore(listen, () => readStored(name, place));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the text decides what is understood
  return useMemo(() => parse(text), [text]);
}
