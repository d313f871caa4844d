from agents import Agent, ModelSettings, TResponseInputItem, Runner, RunConfig, trace
from pydantic import BaseModel

tea_helper = Agent(
  name="Tea helper",
  instructions="You help people to make good tea.",
  model="gpt-5.4",
  model_settings=ModelSettings(
    max_tokens=2048,
    store=True
  )
)


class WorkflowInput(BaseModel):
  input_as_text: str


# Main code entrypoint
async def run_workflow(workflow_input: WorkflowInput):
  with trace("Tea helper"):
    state = {

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
    tea_helper_result_temp = await Runner.run(
      tea_helper,
      input=[
        *conversation_history
      ],
      run_config=RunConfig(trace_metadata={
        "__trace_source__": "agent-builder",
        "workflow_id": "wf_example_helper"
      })
    )

    conversation_history.extend([item.to_input_item() for item in tea_helper_result_temp.new_items])

    tea_helper_result = {
      "output_text": tea_helper_result_temp.final_output_as(str)
    }
