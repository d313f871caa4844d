// One answer of the workflow. What the file asks for inside it goes to the server, under the turn's id.

import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage();
/** The places at which the functions of the file that are running were called, the outermost first. */
const callers = new AsyncLocalStorage();

/** What a stopped turn's calls are rejected with. */
export class Stopped extends Error {
  name = 'Stopped';
}

export class Turn {
  #peer;
  #stop;
  #stopped;

  /** state: the workflow's variables, once it has made them. runs: number -> the run of an agent that goes on now. */
  constructor(id, peer) {
    this.id = id;
    this.#peer = peer;
    this.state = undefined;
    this.runs = new Map();
    this.#stopped = new Promise((_, reject) => {
      this.#stop = reject;
    });
    this.#stopped.catch(() => {});
  }

  /** The turn that the calling code belongs to; undefined while the file is loaded. */
  static get current() {
    return current.getStore();
  }

  /** The same, where there has to be one. */
  static get() {
    const turn = Turn.current;
    if (turn === undefined) throw new Error('An agent can only be run while a message is answered.');
    return turn;
  }

  static inside(site, run) {
    return callers.run([...Turn.callers, site], run);
  }

  static get callers() {
    return callers.getStore() ?? [];
  }

  async work(run) {
    return await current.run(this, run);
  }

  /** Ask the server. Rejects once the turn is stopped. */
  async ask(method, params) {
    const request = this.#peer.request(method, { ...params, turn: this.id, state: this.state });
    return await Promise.race([request, this.#stopped]);
  }

  stop() {
    this.#stop(new Stopped('The answer was stopped.'));
  }
}
