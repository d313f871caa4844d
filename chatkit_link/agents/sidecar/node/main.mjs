// The process that runs an exported TypeScript workflow: `node main.mjs FILE PACKAGES [ENTRY]`. It talks with the server over
// its stdin and stdout (docs/reference/agent-protocol.md) and ends when stdin does.

import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { compile, Unusable } from './compile.mjs';
import { describeOutput } from './definition.mjs';
import { parametersOf } from './input-type.mjs';
import { inTime } from './late.mjs';
import { isRefusal, LINK, link } from './link.mjs';
import { Peer } from './peer.mjs';
import { takePipe } from './pipe.mjs';
import { ENTRY } from './rewrite.mjs';
import { Turn } from './turn.mjs';
import { asJson } from './writable.mjs';

const PROTOCOL = 1;
const [given, packages, wanted] = process.argv.slice(2);
const file = await realpath(given).catch(() => path.resolve(given));
const exit = process.exit.bind(process);
const { lines, send } = takePipe();
const turns = new Map();
let entry;

globalThis[LINK] = { ...link, modules: {} };
process.exit = () => {
  throw new Error("The file calls process.exit, which would end the server's process. Remove the call.");
};
// What fails beside an answer is for the log: it must not end the answers of others.
process.on('unhandledRejection', (error) => console.error(error));
process.on('uncaughtException', (error) => console.error(error));

const methods = {
  async load({ protocol, seconds }, id) {
    if (protocol !== PROTOCOL)
      throw new Unusable(`the protocol ${protocol} is not known here, only ${PROTOCOL}`);
    const folder = await mkdtemp(path.join(tmpdir(), 'chatkit-link-'));
    try {
      const target = path.join(folder, 'workflow.mjs');
      const { source, text, files } = await compile(file, packages, target, wanted);
      const module = await inTime(() => import(pathToFileURL(target).href), { id, seconds, files });
      entry = module[ENTRY] ?? module[source.entry] ?? module.default?.[source.entry];
      return {
        protocol: PROTOCOL,
        entry: typeof entry === 'function' ? (source.entry ?? null) : null,
        entries: source.entries,
        parameters: source.entry === undefined ? null : parametersOf(text, source.entry),
        approvals: [...source.approvals],
        agents: outputs(),
        tree: source.program,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },

  async run_workflow({ turn: id, input }) {
    const turn = new Turn(id, peer);
    turns.set(id, turn);
    try {
      const value = await turn.work(() => entry(input));
      return { value: value ?? null, refusal: isRefusal(value), state: turn.state };
    } finally {
      turns.delete(id);
    }
  },

  stop({ turn }) {
    turns.get(turn)?.stop();
  },

  ping: () => true,

  async instructions({ turn, run, agent }) {
    const { known, context } = runOf(turn, run);
    return await turns.get(turn).work(() => known.get(agent).getSystemPrompt(context));
  },

  async needs_approval({ turn, run, agent, tool, input, call }) {
    const { known, context } = runOf(turn, run);
    const found = await toolOf(known.get(agent), tool, context);
    return await turns.get(turn).work(() => found.needsApproval(context, input, call));
  },

  async call_tool({ turn, run, agent, tool, input, call }) {
    const { known, context } = runOf(turn, run);
    const found = await toolOf(known.get(agent), tool, context);
    const details = { toolCall: { type: 'function_call', callId: call, name: tool, arguments: input } };
    const result = await turns.get(turn).work(() => found.invoke(context, input, details));
    return typeof result === 'string' ? result : (asJson(result) ?? 'null');
  },
};

/** The agents at the top of the file: what their output is. */
function outputs() {
  const real = globalThis[LINK].modules['@openai/agents'];
  const described = ([name, agent]) => [name, { name: agent.name, output: describeOutput(agent, real) }];
  return Object.fromEntries(Object.entries(link.agents).map(described));
}

function runOf(turn, run) {
  const found = turns.get(turn)?.runs.get(run);
  if (found === undefined) throw new Error('the run is over');
  return found;
}

async function toolOf(agent, name, context) {
  return (await agent.getAllTools(context)).find((tool) => tool.name === name);
}

/** A fault of ours, after which somebody would wait for ever: the server learns it from the end of the process. */
function end(error) {
  console.error(error);
  exit(1);
}

const peer = new Peer(send, methods);
const working = new Set();
for await (const line of lines) {
  const work = peer
    .receive(line)
    .catch(end)
    .finally(() => working.delete(work));
  working.add(work);
}
await Promise.race([Promise.allSettled(working), new Promise((resolve) => setTimeout(resolve, 20_000))]);
exit(0);
