// The packages that the file imports, as it finds them: the real ones with what is ours in the place of theirs.

import { link } from './link.mjs';
import { replaceAgents } from './runner.mjs';

const agents = (real) => ({ ...real, ...replaceAgents(real) });
const noVariables = () => ({ parsed: {} });

/** name -> what its module exports, made of the real one. */
export const REPLACED = {
  '@openai/agents': agents,
  '@openai/agents-core': agents,
  openai: (real) => {
    const OpenAI = clientWithSearch(real.OpenAI);
    return { ...real, OpenAI, default: OpenAI };
  },
  // The exporter writes `z.integer()`, which zod does not have.
  zod: (real) => {
    const z = { ...real.z, integer: () => real.z.int() };
    return { ...real, z, default: z };
  },
  '@openai/guardrails': () => ({ runGuardrails: link.runGuardrails }),
  // The environment is given by the server (`env` of the catalog's entry), not by a file.
  dotenv: () => ({ config: noVariables, default: { config: noVariables } }),
  'dotenv/config': () => ({}),
};

/** Those that have no real module behind them. */
export const OWN = new Set(['@openai/guardrails', 'dotenv', 'dotenv/config']);

/** A client whose searches in vector stores are displayed as a step. It loads without a key, too. */
function clientWithSearch(OpenAI) {
  return class extends OpenAI {
    constructor(options = {}) {
      super({ ...options, apiKey: options.apiKey || process.env.OPENAI_API_KEY || 'missing' });
      this.vectorStores.search = link.search;
    }
  };
}
