/*
 * What this browser remembers: on this device, or for this tab. Storage may be full, blocked or absent; what it
 * refuses is then known until the page is left, so nothing breaks and only convenience is lost.
 */
import { useMemo, useSyncExternalStore } from 'react';

export type Place = 'device' | 'tab';

const key = (name: string) => `chatkit-link:${name}`;
const storageOf = (place: Place) => (place === 'device' ? localStorage : sessionStorage);
const refused = new Map<string, string | null>();
const listeners = new Set<() => void>();

export function recall(name: string, place: Place = 'device'): string | null {
  const known = refused.get(place + name);
  if (known !== undefined) return known;
  try {
    return storageOf(place).getItem(key(name));
  } catch {
    return null;
  }
}

export function remember(name: string, value: string | null, place: Place = 'device') {
  try {
    if (value === null) storageOf(place).removeItem(key(name));
    else storageOf(place).setItem(key(name), value);
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
export function useMemory<T>(name: string, parse: (text: string | null) => T, place: Place = 'device'): T {
  const text = useSyncExternalStore(listen, () => recall(name, place));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the text decides what is understood
  return useMemo(() => parse(text), [text]);
}
