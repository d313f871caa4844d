from agents import Agent, ModelSettings, TResponseInputItem, Runner, RunConfig, trace
from pydantic import BaseModel

proposer = Agent(
  name="Proposer",
  instructions="Propose a meeting room and a time.",
  model="gpt-4.1",
  model_settings=ModelSettings(
    temperature=1,
    top_p=1,
    max_tokens=2048,
    store=True
  )
)


booker = Agent(
  name="Booker",
  instructions="Confirm the booking.",
  model="gpt-4.1",
  model_settings=ModelSettings(
    temperature=1,
    top_p=1,
    max_tokens=2048,
    store=True
  )
)


def approval_request(message: str):
  # TODO: Implement
  return True

class WorkflowInput(BaseModel):
  input_as_text: str


# Main code entrypoint
async def run_workflow(workflow_input: WorkflowInput):
  with trace("Room booking"):
    state = {
      "asked": 0
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
    state["asked"] = state["asked"] + 1
    proposer_result_temp = await Runner.run(
      proposer,
      input=[
        *conversation_history
      ],
      run_config=RunConfig(trace_metadata={
        "__trace_source__": "agent-builder",
        "workflow_id": "wf_rooms"
      })
    )

    conversation_history.extend([item.to_input_item() for item in proposer_result_temp.new_items])

    proposer_result = {
      "output_text": proposer_result_temp.final_output_as(str)
    }
    approval_message = f"Request {state["asked"]}: shall this room be booked?"

    if approval_request(approval_message):
        booker_result_temp = await Runner.run(
          booker,
          input=[
            *conversation_history
          ],
          run_config=RunConfig(trace_metadata={
            "__trace_source__": "agent-builder",
            "workflow_id": "wf_rooms"
          })
        )

        conversation_history.extend([item.to_input_item() for item in booker_result_temp.new_items])

        booker_result = {
          "output_text": booker_result_temp.final_output_as(str)
        }
    else:
        end_result = {
          "message": f"No room was booked ({state["asked"]} asked for so far)."
        }
        return end_result
