from pydantic import BaseModel
from agents import RunContextWrapper, Agent, ModelSettings, TResponseInputItem, Runner, RunConfig, trace
from openai.types.shared.reasoning import Reasoning

class CriticSchema(BaseModel):
  good: bool
  advice: str


class WriterContext:
  def __init__(self, state_tone: str, state_advice: str):
    self.state_tone = state_tone
    self.state_advice = state_advice
def writer_instructions(run_context: RunContextWrapper[WriterContext], _agent: Agent[WriterContext]):
  state_tone = run_context.context.state_tone
  state_advice = run_context.context.state_advice
  return f"""Write a newsletter in this tone: {{state_tone} ||  {state_tone}}
Advice: {state_advice}"""
writer = Agent(
  name="Writer",
  instructions=writer_instructions,
  model="gpt-5",
  model_settings=ModelSettings(
    store=True,
    reasoning=Reasoning(
      effort="medium",
      summary="auto"
    )
  )
)


critic = Agent(
  name="Critic",
  instructions="Is it good?",
  model="gpt-5-nano",
  output_type=CriticSchema,
  model_settings=ModelSettings(
    store=True,
    reasoning=Reasoning(
      effort="low"
    )
  )
)


def approval_request(message: str):
  # TODO: Implement
  return True

class WorkflowInput(BaseModel):
  input_as_text: str


# Main code entrypoint
async def run_workflow(workflow_input: WorkflowInput):
  with trace("Newsletter"):
    state = {
      "tone": "warm",
      "good": False,
      "rounds": 0
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
    while state["good"] == False and state["rounds"] < 3:
      writer_result_temp = await Runner.run(
        writer,
        input=[
          *conversation_history
        ],
        run_config=RunConfig(trace_metadata={
          "__trace_source__": "agent-builder",
          "workflow_id": "wf_newsletter"
        }),
        context=WriterContext(state_tone=state["tone"], state_advice=state["advice"])
      )

      conversation_history.extend([item.to_input_item() for item in writer_result_temp.new_items])

      writer_result = {
        "output_text": writer_result_temp.final_output_as(str)
      }
      critic_result_temp = await Runner.run(
        critic,
        input=[
          *conversation_history
        ],
        run_config=RunConfig(trace_metadata={
          "__trace_source__": "agent-builder",
          "workflow_id": "wf_newsletter"
        })
      )
      critic_result = {
        "output_text": critic_result_temp.final_output.json(),
        "output_parsed": critic_result_temp.final_output.model_dump()
      }
      state["advice"] = critic_result["output_parsed"]["advice"]
      state["rounds"] = state["rounds"] + 1
      if critic_result["output_parsed"]["good"] == True:
        approval_message = f"Send this? {writer_result["output_text"]}"

        if approval_request(approval_message):
            state["good"] = True
        else:
            state["advice"] = "The person did not like it."
      else:
        state["good"] = False
    end_result = {
      "rounds": state["rounds"],
      "sent": state["good"]
    }
    return end_result
