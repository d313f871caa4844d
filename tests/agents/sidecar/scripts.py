"""Files in the shape of Agent Builder's TypeScript exports, with the exporter's flaws, written for these tests."""

HEAD = """\
import { tool, Agent, AgentInputItem, Runner, withTrace } from "@openai/agents";
import { z } from "zod";

"""

BEGIN = """
type WorkflowInput = { input_as_text: string };


// Main code entrypoint
export const runWorkflow = async (workflow: WorkflowInput) => {
  return await withTrace("Shop", async () => {
    const state = {
      greeting: "Hello"
    };
    const conversationHistory: AgentInputItem[] = [
      { role: "user", content: [{ type: "input_text", text: workflow.input_as_text }] }
    ];
    const runner = new Runner({
      traceMetadata: {
        __trace_source__: "agent-builder",
        workflow_id: "wf_1"
      }
    });
"""
END = """\
  });
}
"""


def run(agent: str, name: str, *, indent: int = 4, options: str = "") -> str:
    """A call of ``runner.run`` and how the exporter takes the conversation further."""
    lines = f"""\
const {name}Temp = await runner.run(
  {agent},
  [
    ...conversationHistory
  ]{options}
);
conversationHistory.push(...{name}Temp.newItems.map((item) => item.rawItem));

if (!{name}Temp.finalOutput) {{
    throw new Error("Agent result is undefined");
}}
"""
    return "".join(f"{' ' * indent}{line}\n" for line in lines.splitlines())


ONE_AGENT = (
    HEAD
    + """\
const lookUp = tool({
  name: "look_up",
  description: "Look an order up",
  parameters: z.object({
    order: z.integer()
  }),
  execute: async (input: {order: integer}) => {
    // TODO: Unimplemented
  },
});
const shopkeeper = new Agent({
  name: "Shopkeeper",
  instructions: "",
  model: "gpt-4.1",
  tools: [
    lookUp
  ],
  modelSettings: {
    temperature: 1,
    store: true
  }
});
"""
    + BEGIN
    + run("shopkeeper", "shopkeeperResult")
    + """\
    const shopkeeperResult = {
      output_text: shopkeeperResultTemp.finalOutput ?? ""
    };
"""
    + END
)

ROUTES = (
    HEAD
    + """\
const ClassifySchema = z.object({ category: z.string() });
const classify = new Agent({
  name: "Classify",
  instructions: "Classify.",
  outputType: ClassifySchema
});
const draft = new Agent({
  name: "Draft",
  instructions: "Draft."
});
const polish = new Agent({
  name: "Polish",
  instructions: "Polish."
});
"""
    + BEGIN
    + run("classify", "classifyResult")
    + """\
    const classifyResult = {
      output_text: JSON.stringify(classifyResultTemp.finalOutput),
      output_parsed: classifyResultTemp.finalOutput
    };
    if (classifyResult.output_parsed.category == "refund") {
"""
    + run("draft", "draftResult", indent=6)
    + run("polish", "polishResult", indent=6)
    + """\
    } else {
      const endResult = { note: `Nothing to do for ${classifyResult.output_parsed.category}`, done: true };
      return endResult;
    }
"""
    + END
)

APPROVAL = (
    HEAD
    + """\
const propose = new Agent({ name: "Propose", instructions: "Propose." });
const carryOut = new Agent({ name: "Carry out", instructions: "Do it." });

const approvalRequest = (message: string) => {

  // TODO: Implement
  return true;
}
"""
    + BEGIN
    + run("propose", "proposeResult")
    + """\
    const proposeResult = {
      output_text: proposeResultTemp.finalOutput ?? ""
    };
    const approvalMessage = `Shall this be done? ${proposeResult.output_text}`;

    if (approvalRequest(approvalMessage)) {
"""
    + run("carryOut", "carryOutResult", indent=6)
    + """\
    } else {
      return { output_text: "Then nothing is done." };
    }
"""
    + END
)

PAYS = (
    HEAD
    + """\
const pay = tool({
  name: "pay",
  description: "Pay an amount",
  parameters: z.object({ amount: z.number() }),
  needsApproval: true,
  execute: async (input: { amount: number }, runContext) => {
    return `paid ${input.amount} of ${runContext.context.purse}`;
  },
});
const payer = new Agent({ name: "Payer", instructions: "Pay.", tools: [pay] });
"""
    + BEGIN
    + run("payer", "payerResult", options=',\n  { context: { purse: "till" } }')
    + "    return { output_text: payerResultTemp.finalOutput ?? '' };\n"
    + END
)

#: Its tool tells the number of its process and the names of its variables. What it prints is for the log.
TELLS_PROCESS = (
    HEAD
    + """\
const where = tool({
  name: "where",
  description: "The process",
  parameters: z.object({}),
  execute: async () => {
    console.log(JSON.stringify({ jsonrpc: "2.0", id: 1, result: "printed" }));
    process.stdout.write("no line");
    return `process ${process.pid} ${JSON.stringify(Object.keys(process.env))}`;
  },
});
const guide = new Agent({ name: "Guide", instructions: "Tell.", tools: [where] });
"""
    + BEGIN
    + run("guide", "guideResult")
    + "    return { output_text: guideResultTemp.finalOutput ?? '' };\n"
    + END
)

NEVER_ENDS = (
    HEAD
    + """\
const think = tool({
  name: "think",
  description: "Think",
  parameters: z.object({}),
  execute: async () => {
    for (;;) {}
  },
});
const thinker = new Agent({ name: "Thinker", instructions: "Think.", tools: [think] });
"""
    + BEGIN
    + "    do {\n"
    + run("thinker", "thinkerResult", indent=6)
    + "    } while (workflow.input_as_text !== 'Once');\n"
    + END
)

#: As people make them of an export: in the older module system, with agents made inside, in functions, with run().
SHAPES = {
    "workflow.cjs": """\
const { Agent, Runner, withTrace } = require("@openai/agents");
const helper = new Agent({ name: "Helper", instructions: "Help." });
const runWorkflow = async (workflow) =>
  withTrace("Help", async () => {
    const conversationHistory = [{ role: "user", content: [{ type: "input_text", text: workflow.input_as_text }] }];
    const result = await new Runner().run(helper, conversationHistory);
    return { output_text: result.finalOutput };
  });
if (require.main === module) runWorkflow({ input_as_text: process.argv[2] });
module.exports = { runWorkflow };
""",
    "workflow.mjs": """\
import { Agent, run, user } from "@openai/agents";
import { readFileSync } from "node:fs";
const instructions = readFileSync(new URL("./workflow.mjs", import.meta.url), "utf8").slice(0, 5);
async function help(agent, history) {
  return (await run(agent, history, { stream: false })).finalOutput;
}
export async function runWorkflow({ input_as_text }) {
  const helper = new Agent({ name: "Helper", instructions });
  return { output_text: await help(helper, [user(input_as_text)]) };
}
""",
    "workflow.ts": """\
import { Agent, AgentInputItem, Runner } from "@openai/agents";
import { INSTRUCTIONS } from "./prompts";
export default class Workflow {}
const runner = new Runner();
enum Kind { Help = "help" }
export const answerQuestion = async (workflow: { input_as_text: string; kind?: Kind }) => {
  const helper = new Agent({ name: "Helper", instructions: INSTRUCTIONS });
  const history: AgentInputItem[] = [{ role: "user", content: workflow.input_as_text }];
  const stream = await runner.run(helper, history, { stream: true });
  for await (const event of stream) console.log(event);
  await stream.completed;
  return stream.finalOutput as string;
};
""",
}

#: One list for all that it ever answers.
KEEPS_AT_THE_TOP = """\
import { Agent, AgentInputItem, Runner } from "@openai/agents";
const conversationHistory: AgentInputItem[] = [];
const helper = new Agent({ name: "Helper", instructions: "Help." });
export const runWorkflow = async (workflow: { input_as_text: string }) => {
  conversationHistory.push({ role: "user", content: [{ type: "input_text", text: workflow.input_as_text }] });
  const result = await new Runner().run(helper, [...conversationHistory]);
  conversationHistory.push(...result.newItems.map((item) => item.rawItem));
  if (conversationHistory.length < 2 || conversationHistory.at(-1)?.role !== "assistant") throw new Error("lost");
  return { output_text: result.finalOutput };
};
"""

COUNTS_ROUNDS = (
    HEAD
    + """\
const counterInstructions = (runContext, _agent) => `Round ${runContext.context.stateRound}`;
const counter = new Agent({ name: "Counter", instructions: counterInstructions });
"""
    + BEGIN.replace('greeting: "Hello"', "round: 0")
    + "    while (state.round < 3) {\n      state.round = state.round + 1;\n"
    + run("counter", "counterResult", indent=6, options=",\n  { context: { stateRound: state.round } }")
    + "    }\n"
    + END
)
