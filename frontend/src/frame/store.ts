import { useSyncExternalStore } from 'react';

/** A value that notifies its subscribers. `setSoon` is for streams: many changes, at most one repaint per frame. */
export class Store<T> {
  #listeners = new Set<() => void>();
  #frame = 0;

  constructor(public value: T) {}

  set(value: T) {
    this.value = value;
    this.#notify();
  }

  update(change: (value: T) => T) {
    this.set(change(this.value));
  }

  setSoon(value: T) {
    this.value = value;
    if (!this.#frame) this.#frame = requestAnimationFrame(this.#notify);
  }

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #notify = () => {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    for (const listener of this.#listeners) listener();
  };
}

export function useStore<T>(store: Store<T>): T;
/** Only what `choose` makes of it counts: what is drawn from that is not drawn anew for anything else. */
export function useStore<T, Part>(store: Store<T>, choose: (value: T) => Part): Part;
export function useStore<T>(store: Store<T>, choose: (value: T) => unknown = (value) => value) {
  return useSyncExternalStore(store.subscribe, () => choose(store.value));
}
