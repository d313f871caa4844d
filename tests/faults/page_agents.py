"""The agents that a person at a page asks while servers die; their models are scripted."""

import asyncio
from typing import Any

from agents import Agent, function_tool

from chatkit_link import Progress, progress, repeatable
from chatkit_link.agents.offline.model import OfflineModel, ToolCall

#: Seconds that a tool takes: longer than a page needs to see it begin, and to have its server killed.
WORK = 3
LINES = 60


@repeatable
@function_tool
async def weigh(parcel: str) -> str:
    """Weigh a parcel."""
    await asyncio.sleep(WORK)
    return f"{parcel} weighs 3 kg"


@function_tool
@progress("Post")
async def post(parcel: str, report: Progress) -> str:
    """Post a parcel: to do it twice would be wrong."""
    report("The postman has it")
    await asyncio.sleep(WORK)
    return f"{parcel} is posted"


def decide(given: str | list[Any], _tools: frozenset[str]) -> ToolCall | str:
    """Call the tool for "Weigh P" and "Post P", and say what came of it; answer anything else by a tale."""
    items = [] if isinstance(given, str) else given
    at, message = next((at, text) for at in range(len(items) - 1, -1, -1) if (text := _said(items[at])))
    tool, _, parcel = message.partition(" ")
    if tool not in ("Weigh", "Post"):
        return "\n\n".join(f"Line {number}: the tale goes on for one more line." for number in range(1, LINES + 1))
    output = next((item["output"] for item in items[at:] if item.get("type") == "function_call_output"), None)
    return ToolCall(tool.lower(), {"parcel": parcel}) if output is None else f"The clerk says: {output}"


def _said(item: Any) -> str:
    if item.get("role") != "user":
        return ""
    content = item["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


model = OfflineModel(pace=0.012, decide=decide)
clerk = Agent(name="Clerk", instructions="Post parcels.", model=model, tools=[weigh, post])
