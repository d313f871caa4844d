// What the rewritten file calls: reached through one symbol, so that nothing of the file's own names is taken.

import { reached } from './late.mjs';
import { Turn } from './turn.mjs';
import { turnList } from './turn-list.mjs';

export const LINK = Symbol.for('chatkit-link');

/** What `buildGuardrailFailOutput` has returned: a refusal, which is not meant to be read as it is. */
const refusals = new WeakSet();

export const isRefusal = (value) => typeof value === 'object' && value !== null && refusals.has(value);

export const link = {
  reached,

  /** `target` at one place of the file, if it is what runs agents. */
  at: (site, target) => (typeof target?.at === 'function' && 'run' in target ? target.at(site) : target),
  /** A function of the file that runs agents, called at this place. */
  inside:
    (site, called) =>
    (...given) =>
      Turn.inside(site, () => called(...given)),
  runAt: (site, run) => (typeof run?.at === 'function' ? run.at(site) : run),

  /** Whether the user approves. */
  async ask(name, ...given) {
    const text = given.find((value) => typeof value === 'string' && value.trim());
    return await Turn.get().ask('ask', { name, text: text ?? '' });
  },

  /** A list in which the file has written the user's message, with the thread's earlier messages before it. */
  join: async (value) => await Turn.get().ask('join', { value }),

  turnList,

  /** What the file makes its state: it begins with what the thread has kept. */
  async state(value) {
    const turn = Turn.get();
    turn.state = await turn.ask('begin_state', { value });
    return turn.state;
  },

  /** Called at each round of a loop, so that it can be stopped and leaves time for others. */
  async round(line) {
    await Turn.get().ask('round', { line });
  },

  /** The agents at the top of the file, by the names that they have there. */
  agents: {},
  noteAgents(agents) {
    link.agents = agents;
  },

  unwritten: (name) =>
    `The tool ${name} is not implemented yet: tell the user that this cannot be done here so far.`,

  failOutput:
    (build) =>
    (...given) => {
      const value = build(...given);
      if (typeof value === 'object' && value !== null) refusals.add(value);
      return value;
    },

  async search(store, body) {
    const data = await Turn.get().ask('search', { store, body, stack: new Error('search').stack });
    return {
      data,
      async *[Symbol.asyncIterator]() {
        yield* data;
      },
    };
  },

  async runGuardrails(text, config) {
    return await Turn.get().ask('guardrails', { text, config });
  },
};
