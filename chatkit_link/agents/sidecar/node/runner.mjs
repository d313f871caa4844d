// `Runner` as the file finds it. The agent runs on the server: it streams the text, shows the steps, asks for
// approvals and remembers. What is code of the file's own, such as a tool, is called back here.

import { define } from './definition.mjs';
import { Turn } from './turn.mjs';

let runs = 0;

/** What of "@openai/agents" is ours in the file. real: the package. */
export function replaceAgents(real) {
  class Runner extends real.Runner {
    run(agent, input, options) {
      return runAgent(0, agent, input, options);
    }

    /** `run` at one place of the file. */
    at(site) {
      return { run: (agent, input, options) => runAgent(site, agent, input, options) };
    }
  }

  function runAgent(site, agent, input, options = {}) {
    const finished = remoteRun(real, site, agent, input, options);
    return options.stream ? new StreamedResult(finished) : finished;
  }

  const run = (agent, input, options) => runAgent(0, agent, input, options);
  run.at = (site) => (agent, input, options) => runAgent(site, agent, input, options);
  // Traces stay here: they would send users' messages to OpenAI.
  const withTrace = async (_trace, work) => await work({});
  return { Runner, run, withTrace };
}

async function remoteRun(real, site, agent, input, options) {
  const turn = Turn.get();
  const context = new real.RunContext(options.context);
  const { start, agents, known } = await define(agent, context, real);
  const id = ++runs;
  turn.runs.set(id, { known, context });
  try {
    const found = await turn.ask('run', {
      run: id,
      site,
      callers: Turn.callers,
      start,
      agents,
      input,
      max_turns: options.maxTurns ?? null,
    });
    const last = known.get(found.agent);
    return new RunResult(input, found, last, context);
  } finally {
    turn.runs.delete(id);
  }
}

/** What a file reads of the result of a run. */
class RunResult {
  constructor(input, found, agent, runContext) {
    this.input = input;
    this.newItems = found.items.map((rawItem) => ({ type: typeOf(rawItem), rawItem, agent }));
    this.finalOutput = parsed(agent, found.output);
    this.lastAgent = agent;
    this.activeAgent = agent;
    this.runContext = runContext;
    this.interruptions = [];
    this.rawResponses = [];
    this.output = found.items;
    const first = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
    this.history = [...first, ...found.items];
  }
}

function parsed(agent, output) {
  const type = agent.outputType;
  return typeof type === 'object' && typeof type.parse === 'function' ? type.parse(output) : output;
}

function typeOf(item) {
  switch (item.type) {
    case 'reasoning':
      return 'reasoning_item';
    case 'function_call_output':
      return 'tool_call_output_item';
    case 'message':
    case undefined:
      return 'message_output_item';
    default:
      return 'tool_call_item';
  }
}

/** A run that the file wants streamed. The server streams it to the user; the file gets the end. */
class StreamedResult {
  constructor(finished) {
    this.completed = finished.then((result) => {
      Object.assign(this, result);
    });
    this.completed.catch(() => {});
  }

  /** Ends without an event: the user has them already. */
  [Symbol.asyncIterator]() {
    const next = async () => {
      await this.completed;
      return { done: true, value: undefined };
    };
    return { next };
  }

  async *#text() {
    await this.completed;
    if (typeof this.finalOutput === 'string') yield this.finalOutput;
  }

  toTextStream() {
    return ReadableStream.from(this.#text());
  }

  toStream() {
    return ReadableStream.from(this);
  }
}
