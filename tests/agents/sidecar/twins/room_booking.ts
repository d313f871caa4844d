import { Agent, AgentInputItem, Runner, withTrace } from "@openai/agents";

const proposer = new Agent({
  name: "Proposer",
  instructions: "Propose a meeting room and a time.",
  model: "gpt-4.1",
  modelSettings: {
    temperature: 1,
    topP: 1,
    maxTokens: 2048,
    store: true
  }
});

const booker = new Agent({
  name: "Booker",
  instructions: "Confirm the booking.",
  model: "gpt-4.1",
  modelSettings: {
    temperature: 1,
    topP: 1,
    maxTokens: 2048,
    store: true
  }
});

const approvalRequest = (message: string) => {

  // TODO: Implement
  return true;
}

type WorkflowInput = { input_as_text: string };


// Main code entrypoint
export const runWorkflow = async (workflow: WorkflowInput) => {
  return await withTrace("Room booking", async () => {
    const state = {
      asked: 0
    };
    const conversationHistory: AgentInputItem[] = [
      { role: "user", content: [{ type: "input_text", text: workflow.input_as_text }] }
    ];
    const runner = new Runner({
      traceMetadata: {
        __trace_source__: "agent-builder",
        workflow_id: "wf_rooms"
      }
    });
    state.asked = state.asked + 1;
    const proposerResultTemp = await runner.run(
      proposer,
      [
        ...conversationHistory
      ]
    );
    conversationHistory.push(...proposerResultTemp.newItems.map((item) => item.rawItem));

    if (!proposerResultTemp.finalOutput) {
        throw new Error("Agent result is undefined");
    }

    const proposerResult = {
      output_text: proposerResultTemp.finalOutput ?? ""
    };
    const approvalMessage = `Request ${state.asked}: shall this room be booked?`;

    if (approvalRequest(approvalMessage)) {
      const bookerResultTemp = await runner.run(
        booker,
        [
          ...conversationHistory
        ]
      );
      conversationHistory.push(...bookerResultTemp.newItems.map((item) => item.rawItem));

      if (!bookerResultTemp.finalOutput) {
          throw new Error("Agent result is undefined");
      }

      const bookerResult = {
        output_text: bookerResultTemp.finalOutput ?? ""
      };
    } else {
      const endResult = {
        message: `No room was booked (${state.asked} asked for so far).`
      };
      return endResult;
    }
  });
}
