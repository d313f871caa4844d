import { useSyncExternalStore } from 'react';

/** A value that tells who watches it. `setSoon` is for streams: many changes, at most one repaint per frame. */
export class Store<T> {
  #listeners = new Set<() => void>();
  #frame = 0;

  constructor(public value: T) {}

  set(value: T) {
    this.value = value;
    this.#tell();
  }

  update(change: (value: T) => T) {
    this.set(change(this.value));
  }

  setSoon(value: T) {
    this.value = value;
    if (!this.#frame) this.#frame = requestAnimationFrame(this.#tell);
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tell = () => {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    for (const listener of this.#listeners) listener();
  };
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, () => store.value);
}
