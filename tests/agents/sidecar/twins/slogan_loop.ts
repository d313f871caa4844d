import { RunContext, Agent, AgentInputItem, Runner, withTrace } from "@openai/agents";
import { z } from "zod";

interface CopywriterContext {
  stateAdvice: string;
}
const copywriterInstructions = (runContext: RunContext<CopywriterContext>, _agent: Agent<CopywriterContext>) => {
  const { stateAdvice } = runContext.context;
  return `Write a slogan. Advice so far: ${stateAdvice}`
}
const copywriter = new Agent({
  name: "Copywriter",
  instructions: copywriterInstructions,
  model: "gpt-4.1",
  modelSettings: {
    temperature: 1,
    topP: 1,
    maxTokens: 2048,
    store: true
  }
});

const JudgeSchema = z.object({ approved: z.boolean(), advice: z.string() });
const judge = new Agent({
  name: "Judge",
  instructions: "Approve the slogan, or say what is wrong with it.",
  model: "gpt-4.1",
  outputType: JudgeSchema,
  modelSettings: {
    temperature: 1,
    topP: 1,
    maxTokens: 2048,
    store: true
  }
});

type WorkflowInput = { input_as_text: string };


// Main code entrypoint
export const runWorkflow = async (workflow: WorkflowInput) => {
  return await withTrace("Slogans", async () => {
    const state = {
      approved: false,
      advice: "none",
      drafts: 0
    };
    const conversationHistory: AgentInputItem[] = [
      { role: "user", content: [{ type: "input_text", text: workflow.input_as_text }] }
    ];
    const runner = new Runner({
      traceMetadata: {
        __trace_source__: "agent-builder",
        workflow_id: "wf_slogans"
      }
    });
    state.approved = false;
    while (!state.approved) {
      const copywriterResultTemp = await runner.run(
        copywriter,
        [
          ...conversationHistory
        ],
        {
          context: {
            stateAdvice: state.advice
          }
        }
      );
      conversationHistory.push(...copywriterResultTemp.newItems.map((item) => item.rawItem));

      if (!copywriterResultTemp.finalOutput) {
          throw new Error("Agent result is undefined");
      }

      const copywriterResult = {
        output_text: copywriterResultTemp.finalOutput ?? ""
      };
      const judgeResultTemp = await runner.run(
        judge,
        [
          ...conversationHistory
        ]
      );
      conversationHistory.push(...judgeResultTemp.newItems.map((item) => item.rawItem));

      if (!judgeResultTemp.finalOutput) {
          throw new Error("Agent result is undefined");
      }

      const judgeResult = {
        output_text: JSON.stringify(judgeResultTemp.finalOutput),
        output_parsed: judgeResultTemp.finalOutput
      };
      state.approved = judgeResult.output_parsed.approved;
      state.advice = judgeResult.output_parsed.advice;
      state.drafts = state.drafts + 1;
    }
  });
}
