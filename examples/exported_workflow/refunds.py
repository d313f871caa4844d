from agents import function_tool, Agent, ModelSettings, TResponseInputItem, Runner, RunConfig, trace
from openai import AsyncOpenAI
from types import SimpleNamespace
from guardrails.runtime import load_config_bundle, instantiate_guardrails, run_guardrails
from pydantic import BaseModel

# Tool definitions
@function_tool
def order_value(order_number: integer):
  return "The order is worth 30 euros."

# Shared client for guardrails and file search
client = AsyncOpenAI()
ctx = SimpleNamespace(guardrail_llm=client)
# Guardrails definitions
guardrails_config = {
  "guardrails": [
    {
      "name": "Jailbreak",
      "config": {
        "model": "gpt-5.4-mini",
        "confidence_threshold": 0.7
      }
    }
  ]
}
# Guardrails utils

def guardrails_has_tripwire(results):
    return any(getattr(r, "tripwire_triggered", False) is True for r in (results or []))

def build_guardrail_fail_output(results):
    def _get(name: str):
        for r in results or []:
            info = getattr(r, "info", None) or {}
            if info.get("guardrail_name") == name:
                return r
        return None
    jb = _get("Jailbreak")
    return {
        "jailbreak": { "failed": bool(getattr(jb, "tripwire_triggered", False)) },
    }

propose = Agent(
  name="Propose",
  instructions="Look the order up, and propose a refund in one sentence.",
  model="gpt-5.4",
  tools=[
    order_value
  ]
)


pay = Agent(
  name="Pay",
  instructions="The refund is approved. Tell the person when the money comes.",
  model="gpt-5.4"
)


def approval_request(message: str):
  # TODO: Implement
  return True

class WorkflowInput(BaseModel):
  input_as_text: str


# Main code entrypoint
async def run_workflow(workflow_input: WorkflowInput):
  with trace("Refunds"):
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
    guardrails_result = await run_guardrails(ctx, workflow["input_as_text"], "text/plain", instantiate_guardrails(load_config_bundle(guardrails_config)), suppress_tripwire=True, raise_guardrail_errors=True)
    if guardrails_has_tripwire(guardrails_result):
      return build_guardrail_fail_output(guardrails_result or [])
    propose_result_temp = await Runner.run(
      propose,
      input=[
        *conversation_history
      ],
      run_config=RunConfig(trace_metadata={
        "__trace_source__": "agent-builder",
        "workflow_id": "wf_example_refunds"
      })
    )

    conversation_history.extend([item.to_input_item() for item in propose_result_temp.new_items])

    propose_result = {
      "output_text": propose_result_temp.final_output_as(str)
    }
    approval_message = "Shall the refund be paid?"

    if approval_request(approval_message):
        pay_result_temp = await Runner.run(
          pay,
          input=[
            *conversation_history
          ],
          run_config=RunConfig(trace_metadata={
            "__trace_source__": "agent-builder",
            "workflow_id": "wf_example_refunds"
          })
        )
        return {
          "output_text": pay_result_temp.final_output_as(str)
        }
    else:
        return {
          "output_text": "The refund was not paid."
        }
