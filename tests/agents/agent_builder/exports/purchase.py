from agents import HostedMCPTool, Agent, ModelSettings, TResponseInputItem, Runner, RunConfig
from openai.types.shared.reasoning import Reasoning
from pydantic import BaseModel

# Tool definitions
mcp = HostedMCPTool(tool_config={
  "type": "mcp",
  "server_label": "stock",
  "allowed_tools": [
    "order",
    "list"
  ],
  "authorization": "canary-token",
  "require_approval": "always",
  "server_description": "The stock of the shop",
  "server_url": "https://stock.example/mcp"
})
mcp1 = HostedMCPTool(tool_config={
  "type": "mcp",
  "server_label": "gmail",
  "allowed_tools": [

  ],
  "connector_id": "connector_gmail",
  "require_approval": "never"
})
agent = Agent(
  name="Agent",
  instructions="",
  model="gpt-5",
  tools=[
    mcp,
    mcp1
  ],
  model_settings=ModelSettings(
    store=True,
    reasoning=Reasoning(
      effort="low",
      summary="auto"
    )
  )
)


def approval_request(message: str):
  # TODO: Implement
  return True

def approval_request1(message: str):
  # TODO: Implement
  return True

def approval_request2(message: str):
  # TODO: Implement
  return True

class WorkflowInput(BaseModel):
  input_as_text: str


# Main code entrypoint
async def run_workflow(workflow_input: WorkflowInput):
  state = {
    "limit": 100
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
  if workflow["input_as_text"] == "":

  elif "cheap" in workflow["input_as_text"]:
    approval_message2 = "It is cheap: buy it?"

    if approval_request2(approval_message2):
        return {"output_text": "Bought."}
    else:
        return workflow
  else:
    approval_message = ""

    if approval_request(approval_message):
        approval_message1 = f"It may cost more than {state["limit"]}. Sure?"

        if approval_request1(approval_message1):
            agent_result_temp = await Runner.run(
              agent,
              input=[
                *conversation_history
              ]
            )

            conversation_history.extend([item.to_input_item() for item in agent_result_temp.new_items])

            agent_result = {
              "output_text": agent_result_temp.final_output_as(str)
            }
            return agent_result
        else:
            return workflow
    else:
        return workflow
