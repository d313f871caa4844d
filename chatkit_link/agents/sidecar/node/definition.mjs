// An agent of the file as JSON: what the server needs to run it there. What is code stays here, and is called back.

/** The agent and all that it can hand over to: `{ start, agents: { id: definition } }`, and id -> agent in `known`. */
export async function define(start, context, real) {
  const known = new Map();
  const agents = {};
  const idOf = (agent) => {
    for (const [id, other] of known) if (other === agent) return id;
    const id = String(known.size + 1);
    known.set(id, agent);
    return id;
  };
  const first = idOf(start);
  for (let at = 0; at < known.size; at += 1) {
    const [id, agent] = [...known][at];
    agents[id] = await describe(agent, context, idOf, real);
  }
  return { start: first, agents, known };
}

async function describe(agent, context, idOf, real) {
  return {
    name: agent.name,
    description: agent.handoffDescription || null,
    model: typeof agent.model === 'string' ? agent.model || null : null,
    settings: agent.hasExplicitModelSettings() ? agent.modelSettings : {},
    tools: (await agent.getAllTools(context)).map(describeTool),
    output: describeOutput(agent, real),
    handoffs: (await agent.getEnabledHandoffs(context)).map((handoff, index) => ({
      agent: idOf(handoff.agent),
      plain: agent.handoffs[index] === handoff.agent,
      name: handoff.toolName,
      description: handoff.toolDescription,
      parameters: handoff.inputJsonSchema,
    })),
    guardrails: { input: agent.inputGuardrails.map(named), output: agent.outputGuardrails.map(named) },
    stop: typeof agent.toolUseBehavior === 'function' ? 'run_llm_again' : agent.toolUseBehavior,
    reset_tool_choice: agent.resetToolChoice,
  };
}

const named = (guardrail) => guardrail.name;

function describeTool(tool) {
  if (tool.type === 'function') {
    const { name, description, parameters, strict } = tool;
    return { type: 'function', name, description, parameters: asWritten(parameters), strict };
  }
  if (tool.type !== 'hosted_tool') return { type: tool.type, name: tool.name };
  const given = { ...tool.providerData };
  delete given.on_approval;
  return { type: 'hosted', name: tool.name, given };
}

export function describeOutput(agent, real) {
  const type = agent.outputType;
  if (type === 'text') return null;
  if (type.type === 'json_schema') return { schema: type.schema, strict: type.strict ?? true };
  // A tool's parameters are made of a zod type in the same way, and can be read.
  const { parameters } = real.tool({ name: 'output', description: '', parameters: type, execute: () => '' });
  return { schema: asWritten(parameters), strict: true };
}

/** A schema without what zod adds of its own: the name of the dialect, and the bounds of JavaScript's whole numbers. */
function asWritten(schema) {
  if (Array.isArray(schema)) return schema.map(asWritten);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([key, value]) => key !== '$schema' && !isBound(key, value));
  return Object.fromEntries(kept.map(([key, value]) => [key, asWritten(value)]));
}

const isBound = (key, value) =>
  (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) ||
  (key === 'maximum' && value === Number.MAX_SAFE_INTEGER);
