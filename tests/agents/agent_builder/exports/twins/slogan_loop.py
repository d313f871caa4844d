from pydantic import BaseModel
from agents import RunContextWrapper, Agent, ModelSettings, TResponseInputItem, Runner, RunConfig, trace

class JudgeSchema(BaseModel):
  approved: bool
  advice: str


class CopywriterContext:
  def __init__(self, state_advice: str):
    self.state_advice = state_advice
def copywriter_instructions(run_context: RunContextWrapper[CopywriterContext], _agent: Agent[CopywriterContext]):
  state_advice = run_context.context.state_advice
  return f"""Write a slogan. Advice so far: {state_advice}"""
copywriter = Agent(
  name="Copywriter",
  instructions=copywriter_instructions,
  model="gpt-4.1",
  model_settings=ModelSettings(
    temperature=1,
    top_p=1,
    max_tokens=2048,
    store=True
  )
)


judge = Agent(
  name="Judge",
  instructions="Approve the slogan, or say what is wrong with it.",
  model="gpt-4.1",
  output_type=JudgeSchema,
  model_settings=ModelSettings(
    temperature=1,
    top_p=1,
    max_tokens=2048,
    store=True
  )
)


class WorkflowInput(BaseModel):
  input_as_text: str


# Main code entrypoint
async def run_workflow(workflow_input: WorkflowInput):
  with trace("Slogans"):
    state = {
      "approved": False,
      "advice": "none",
      "drafts": 0
    }
    workflow = workflow_input.model_dump()
    conversation_history: list[TResponseInputItem] = [
      {
        "role": "user",
        "content": [
          {
            "type": "input_text",
            "text": workflow["input_as_text"]
          }
        ]
      }
    ]
    state["approved"] = False
    while not state["approved"]:
      copywriter_result_temp = await Runner.run(
        copywriter,
        input=[
          *conversation_history
        ],
        run_config=RunConfig(trace_metadata={
          "__trace_source__": "agent-builder",
          "workflow_id": "wf_slogans"
        }),
        context=CopywriterContext(
          state_advice=state["advice"]
        )
      )

      conversation_history.extend([item.to_input_item() for item in copywriter_result_temp.new_items])

      copywriter_result = {
        "output_text": copywriter_result_temp.final_output_as(str)
      }
      judge_result_temp = await Runner.run(
        judge,
        input=[
          *conversation_history
        ],
        run_config=RunConfig(trace_metadata={
          "__trace_source__": "agent-builder",
          "workflow_id": "wf_slogans"
        })
      )

      conversation_history.extend([item.to_input_item() for item in judge_result_temp.new_items])

      judge_result = {
        "output_text": judge_result_temp.final_output.json(),
        "output_parsed": judge_result_temp.final_output.model_dump()
      }
      state["approved"] = judge_result["output_parsed"]["approved"]
      state["advice"] = judge_result["output_parsed"]["advice"]
      state["drafts"] = state["drafts"] + 1
