from agents import function_tool, Agent, ModelSettings, TResponseInputItem, Runner, RunConfig, trace
from pydantic import BaseModel
from openai import AsyncOpenAI
from types import SimpleNamespace

# Tool definitions
@function_tool
def look_up_customer(customer: object, fields: array, strict: boolean):
  pass

@function_tool
def set_interest(tenure_months: integer, rate: number, note: string):
  # TODO: Implement
  return {}

class FactsSchema__Customer(BaseModel):
  name: str
  class_: str
  orders: list[float]


class FactsSchema(BaseModel):
  customer: FactsSchema__Customer
  json_text: str


facts = Agent(
  name="Facts",
  instructions="Gather the facts.",
  model="gpt-4.1",
  tools=[
    look_up_customer,
    set_interest
  ],
  output_type=FactsSchema
)


draft = Agent(
  name="Draft",
  instructions="""Draft a letter. Example:
{"letter": "Dear ..."}
""",
  model="gpt-4.1"
)


polish = Agent(
  name="Polish",
  instructions="Polish the letter.",
  model="gpt-4.1"
)


class WorkflowInput(BaseModel):
  input_as_text: str | None = None


# Main code entrypoint
async def run_workflow(workflow_input: WorkflowInput):
  with trace("Relay"):
    state = {
      "letters": [

      ],
      "name": None
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
    facts_result_temp = await Runner.run(
      facts,
      input=[
        *conversation_history
      ],
      run_config=RunConfig(trace_metadata={
        "__trace_source__": "agent-builder",
        "workflow_id": "wf_relay"
      })
    )

    conversation_history.extend([item.to_input_item() for item in facts_result_temp.new_items])

    facts_result = {
      "output_text": facts_result_temp.final_output.json(),
      "output_parsed": facts_result_temp.final_output.model_dump()
    }
    state["name"] = facts_result["output_parsed"]["customer"]["name"]
    transform_result = {"orders": len(facts_result["output_parsed"]["customer"]["orders"])}
    if transform_result["orders"] > 0 and state["name"] != None:
      draft_result_temp = await Runner.run(
        draft,
        input=[
          *conversation_history,
          {
            "role": "user",
            "content": [
              {
                "type": "input_text",
                "text": f"For {state["name"]} with {transform_result["orders"]} orders"
              }
            ]
          }
        ],
        run_config=RunConfig(trace_metadata={
          "__trace_source__": "agent-builder",
          "workflow_id": "wf_relay"
        })
      )

      conversation_history.extend([item.to_input_item() for item in draft_result_temp.new_items])

      draft_result = {
        "output_text": draft_result_temp.final_output_as(str)
      }
      state["letters"] = state["letters"] + [draft_result["output_text"]]
      polish_result_temp = await Runner.run(
        polish,
        input=[
          *conversation_history
        ],
        run_config=RunConfig(trace_metadata={
          "__trace_source__": "agent-builder",
          "workflow_id": "wf_relay"
        })
      )

      conversation_history.extend([item.to_input_item() for item in polish_result_temp.new_items])

      polish_result = {
        "output_text": polish_result_temp.final_output_as(str)
      }
      return polish_result
    else:
      transform_result1 = {
        "note": f"{state["name"]} has no orders",
        "ready_signal": "{{ready}}"
      }
      return missing_node_result
