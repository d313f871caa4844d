"""A workflow in the style of Agent Builder's export; its models are scripted."""

from agents import Agent, RunConfig, Runner, TResponseInputItem, function_tool, trace
from pydantic import BaseModel

from chatkit_link.agents.offline.model import OfflineModel, ToolCall


def says(text: str) -> RunConfig:
    return RunConfig(model=OfflineModel(decide=lambda *_: text))


def looks_up_and_says(text: str) -> RunConfig:
    def decide(given: str | list[TResponseInputItem], _: frozenset[str]) -> ToolCall | str:
        looked_up = isinstance(given, list) and given[-1].get("type") == "function_call_output"
        return text if looked_up else ToolCall("order_value", {"order": 7})

    return RunConfig(model=OfflineModel(decide=decide))


@function_tool
def order_value(order: int) -> str:
    return "The order is worth 30 euros."


class Sorted(BaseModel):
    category: str


classify = Agent(name="Classify", instructions="Sort the message.", output_type=Sorted)
propose = Agent(name="Propose", instructions="Propose a refund.", tools=[order_value])
pay = Agent(name="Pay", instructions="Tell when the money comes.")


def approval_request(message: str) -> bool:
    # TODO: Implement
    return True


class WorkflowInput(BaseModel):
    input_as_text: str


async def run_workflow(workflow_input: WorkflowInput) -> dict[str, str]:
    with trace("Refunds"):
        workflow = workflow_input.model_dump()
        conversation_history: list[TResponseInputItem] = [
            {"role": "user", "content": [{"type": "input_text", "text": workflow["input_as_text"]}]}
        ]
        classified = await Runner.run(
            classify, input=[*conversation_history], run_config=says('{"category": "refund"}')
        )
        if classified.final_output.category != "refund":
            return {"output_text": "Nothing to refund."}
        proposed = await Runner.run(
            propose, input=[*conversation_history], run_config=looks_up_and_says("I propose to refund **30 euros**.")
        )
        conversation_history.extend([item.to_input_item() for item in proposed.new_items])
        if approval_request("Shall the refund be paid?"):
            paid = await Runner.run(
                pay, input=[*conversation_history], run_config=says("The money comes within three days.")
            )
            return {"output_text": paid.final_output_as(str)}
        return {"output_text": "The refund was not paid."}
