"""``unfinished_tools = "ask"``: an answer that goes on stops at a call that may have happened, and asks the user.

It stops as at a call that needs an approval (``approvals.py``): "Approve" calls the tool again, "Reject" does not. The
call keeps its idempotency key, which waits with the run; one that dies again is asked about again.
"""

import copy
import inspect
from collections.abc import Set as AbstractSet
from typing import Any

from agents import Agent, FunctionTool, RunContextWrapper, Tool

from chatkit_link.agents.steps import Steps


def unfinished_calls(steps: Steps) -> dict[str, str]:
    """The calls that may have been carried out, and are not to be repeated: id -> name of the tool."""
    return {
        call_id: value["name"]
        for call_id, value in steps.found_calls().items()
        if value["once"] and steps.found(f"tool:{call_id}/end") is None
    }


def asking(agent: Agent[Any], calls: dict[str, str]) -> Agent[Any]:
    """The agent, and those it hands over to, with tools that ask before they make one of these calls again."""
    return _asking(agent, calls, {})


def _asking(agent: Agent[Any], calls: dict[str, str], known: dict[int, Agent[Any]]) -> Agent[Any]:
    if id(agent) in known:
        return known[id(agent)]
    names = set(calls.values())
    changed = known[id(agent)] = agent.clone(tools=[_tool(tool, calls.keys(), names) for tool in agent.tools])
    changed.handoffs = [_asking(other, calls, known) if isinstance(other, Agent) else other for other in agent.handoffs]
    return changed


def _tool(tool: Tool, calls: AbstractSet[str], names: set[str]) -> Tool:
    if not isinstance(tool, FunctionTool) or tool.name not in names:
        return tool
    own = tool.needs_approval

    async def needs_approval(context: RunContextWrapper[Any], arguments: dict[str, Any], call_id: str) -> bool:
        if call_id in calls:
            return True
        needed: Any = own(context, arguments, call_id) if callable(own) else own
        return bool(await needed if inspect.isawaitable(needed) else needed)

    changed = copy.copy(tool)
    changed.needs_approval = needs_approval
    return changed
