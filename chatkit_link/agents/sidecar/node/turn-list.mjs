// A list at the top of the file in which it keeps the conversation. The file was written for one user; here it answers
// many, and none of them may meet the messages of another. So each answer has a list of its own under that name.

import { Turn } from './turn.mjs';

const lists = new WeakMap();

export function turnList() {
  const loading = [];
  const list = () => {
    const turn = Turn.current;
    if (turn === undefined) return loading;
    const known = lists.get(turn) ?? new Map();
    lists.set(turn, known);
    if (!known.has(loading)) known.set(loading, [...loading]);
    return known.get(loading);
  };
  return new Proxy(loading, {
    get: (_, key) => Reflect.get(list(), key),
    set: (_, key, value) => Reflect.set(list(), key, value),
    has: (_, key) => Reflect.has(list(), key),
    deleteProperty: (_, key) => Reflect.deleteProperty(list(), key),
    ownKeys: () => Reflect.ownKeys(list()),
    getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(list(), key),
    defineProperty: (_, key, descriptor) => Reflect.defineProperty(list(), key, descriptor),
  });
}
