"""An agent whose tool asks the user first; its model is scripted."""

from agents import Agent, TResponseInputItem, function_tool

from chatkit_link import Assistant
from chatkit_link.agents.offline.model import ToolCall


@function_tool(needs_approval=True)
def pay(euros: int) -> str:
    return f"{euros} euros are paid."


def decide(given: str | list[TResponseInputItem], _: frozenset[str]) -> ToolCall | str:
    last = given[-1] if isinstance(given, list) else {}
    if last.get("type") == "function_call_output":
        return f"The tool said: {last.get('output')}"
    return ToolCall("pay", {"euros": 30})


assistant = Assistant(Agent(name="Purse", tools=[pay]), offline=decide)
