"""``@repeatable``: a tool that may be called again when it is not known whether a call has been carried out.

    @function_tool
    @repeatable
    async def weather(city: str) -> str: ...

All others are called once only: after a crash in the middle of a call, the model is told that it may have happened.
"""

from typing import Any, TypeVar, cast

from agents import Agent, FunctionTool

_MARK = "__chatkit_link_repeatable__"
Tool = TypeVar("Tool")


def repeatable(tool: Tool) -> Tool:
    """Mark a function, or the tool that was made of it, as safe to repeat: twice does no more than once."""
    setattr(tool, _MARK, True)
    return tool


def is_repeatable(tool: FunctionTool) -> bool:
    """Whether a tool is marked, or its MCP server calls it read-only or idempotent; of an agent: all its tools."""
    if getattr(tool, _MARK, False) or getattr(getattr(tool, "__wrapped__", None), _MARK, False):
        return True
    hints = tool.mcp_annotations
    if hints is not None:
        return bool(hints.read_only_hint or hints.idempotent_hint)
    inner: Any = getattr(tool, "_agent_instance", None)
    return isinstance(inner, Agent) and _only_reads(cast("Agent[Any]", inner), set())


def _only_reads(agent: Agent[Any], seen: set[int]) -> bool:
    if id(agent) in seen:
        return True
    seen.add(id(agent))
    if agent.mcp_servers:  # their tools are known when it runs
        return False
    return all(isinstance(tool, FunctionTool) and is_repeatable(tool) for tool in agent.tools) and all(
        isinstance(other, Agent) and _only_reads(other, seen) for other in agent.handoffs
    )
