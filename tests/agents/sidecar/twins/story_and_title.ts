import { RunContext, Agent, AgentInputItem, Runner, withTrace } from "@openai/agents";
import { z } from "zod";

interface TellerContext {
  stateChapter: string;
  stateHero: string;
}
const tellerInstructions = (runContext: RunContext<TellerContext>, _agent: Agent<TellerContext>) => {
  const { stateChapter, stateHero } = runContext.context;
  return `Tell chapter ${stateChapter} of the story of ${stateHero}.`
}
const teller = new Agent({
  name: "Teller",
  instructions: tellerInstructions,
  model: "gpt-4.1",
  modelSettings: {
    temperature: 1,
    topP: 1,
    maxTokens: 2048,
    store: true
  }
});

const ChapterCardSchema = z.object({ title: z.string(), mood: z.string() });
const chapterCard = new Agent({
  name: "Chapter card",
  instructions: "Give the chapter that was told a title and a mood.",
  model: "gpt-4.1",
  outputType: ChapterCardSchema,
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
  return await withTrace("Storyteller", async () => {
    const state = {
      chapter: 1,
      hero: "Mira",
      titles: [

      ]
    };
    const conversationHistory: AgentInputItem[] = [
      { role: "user", content: [{ type: "input_text", text: workflow.input_as_text }] }
    ];
    const runner = new Runner({
      traceMetadata: {
        __trace_source__: "agent-builder",
        workflow_id: "wf_story"
      }
    });
    if (state.chapter <= 2) {
      const tellerResultTemp = await runner.run(
        teller,
        [
          ...conversationHistory
        ],
        {
          context: {
            stateChapter: state.chapter,
            stateHero: state.hero
          }
        }
      );
      conversationHistory.push(...tellerResultTemp.newItems.map((item) => item.rawItem));

      if (!tellerResultTemp.finalOutput) {
          throw new Error("Agent result is undefined");
      }

      const tellerResult = {
        output_text: tellerResultTemp.finalOutput ?? ""
      };
      const chapterCardResultTemp = await runner.run(
        chapterCard,
        [
          ...conversationHistory
        ]
      );
      conversationHistory.push(...chapterCardResultTemp.newItems.map((item) => item.rawItem));

      if (!chapterCardResultTemp.finalOutput) {
          throw new Error("Agent result is undefined");
      }

      const chapterCardResult = {
        output_text: JSON.stringify(chapterCardResultTemp.finalOutput),
        output_parsed: chapterCardResultTemp.finalOutput
      };
      state.chapter = state.chapter + 1;
      state.titles = [...state.titles, chapterCardResult.output_parsed.title];
    } else {
      const endResult = {
        message: "The story of " + state.hero + " has ended: " + state.titles.join(", ")
      };
      return endResult;
    }
  });
}
