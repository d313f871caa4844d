"""An agent whose tool names a web address, in what the model gets and nowhere in the thread; its model is scripted."""

import json

from agents import Agent, TResponseInputItem, function_tool

from chatkit_link import Assistant, ToolCall

ANSWER = (
    "[found](https://found.example/2), [asked](https://asked.example/?q=SECRET), [made up](https://made-up.example/)"
)


@function_tool
def issue(address: str) -> str:
    return json.dumps({"url": "https://found.example/1", "not found": address})


def decide(given: str | list[TResponseInputItem], _: frozenset[str]) -> ToolCall | str:
    last = given[-1] if isinstance(given, list) else {}
    if last.get("type") == "function_call_output":
        return ANSWER
    return ToolCall("issue", {"address": "https://asked.example/?q=SECRET"})


assistant = Assistant(Agent(name="Tracker", tools=[issue]), offline=decide)
