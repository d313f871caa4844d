from pydantic import BaseModel
from agents import Agent, ModelSettings, TResponseInputItem, Runner, RunConfig, trace

class ClassifySchema(BaseModel):
  category: str


classify = Agent(
  name="Classify",
  instructions="Sort the message into order or other.",
  model="gpt-5.4-mini",
  output_type=ClassifySchema
)


shipping = Agent(
  name="Shipping",
  instructions="You know where parcels are.",
  model="gpt-5.4"
)


front_desk = Agent(
  name="Front desk",
  instructions="You take questions about orders, and hand those about parcels over.",
  model="gpt-5.4",
  handoffs=[shipping]
)


class WorkflowInput(BaseModel):
  input_as_text: str


# Main code entrypoint
async def run_workflow(workflow_input: WorkflowInput):
  with trace("Router"):
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
    classify_result_temp = await Runner.run(
      classify,
      input=[
        *conversation_history
      ],
      run_config=RunConfig(trace_metadata={
        "__trace_source__": "agent-builder",
        "workflow_id": "wf_example_router"
      })
    )

    conversation_history.extend([item.to_input_item() for item in classify_result_temp.new_items])

    classify_result = {
      "output_text": classify_result_temp.final_output.json(),
      "output_parsed": classify_result_temp.final_output.model_dump()
    }
    if classify_result["output_parsed"]["category"] == "order":
      front_desk_result_temp = await Runner.run(
        front_desk,
        input=[
          *conversation_history
        ],
        run_config=RunConfig(trace_metadata={
          "__trace_source__": "agent-builder",
          "workflow_id": "wf_example_router"
        })
      )

      conversation_history.extend([item.to_input_item() for item in front_desk_result_temp.new_items])

      front_desk_result = {
        "output_text": front_desk_result_temp.final_output_as(str)
      }
    else:
      end_result = {
        "message": f"This desk is for orders only. Yours was sorted into {classify_result["output_parsed"]["category"]}."
      }
      return end_result
