"""Tool calls and hand-offs, visible as tasks of a workflow while they happen; and model calls, metered."""

import json
from typing import Any, cast

from agents import Agent, ModelResponse, RunContextWrapper, RunHooks, Tool
from agents.tool_context import ToolContext
from chatkit.types import CustomTask, WorkflowItem
from typing_extensions import override

from chatkit_link.agents.context import LinkContext
from chatkit_link.agents.metering import UsageReader

#: Characters of a tool's arguments that are shown.
_SHOWN = 120


class VisibleTools(RunHooks[LinkContext]):
    """Shows each tool call of one run, except those of tools that show something themselves.

    shown: where, if the run's own context is somebody else's.
    """

    def __init__(
        self, reader: UsageReader, quiet: frozenset[str] = frozenset(), *, shown: LinkContext | None = None
    ) -> None:
        self._reader = reader
        self._quiet = quiet
        self._shown = shown
        self._places: dict[str, tuple[WorkflowItem, int]] = {}

    @override
    async def on_llm_end(
        self, context: RunContextWrapper[LinkContext], agent: Agent[LinkContext], response: ModelResponse
    ) -> None:
        self._reader.read(context.usage, agent)

    @override
    async def on_tool_start(
        self, context: RunContextWrapper[LinkContext], agent: Agent[LinkContext], tool: Tool
    ) -> None:
        if tool.name in self._quiet:
            return
        task = _task(context, tool)
        task.status_indicator = "loading"
        self._places[_key(context, tool)] = await (self._shown or context.context).add_task(task)

    @override
    async def on_tool_end(
        self, context: RunContextWrapper[LinkContext], agent: Agent[LinkContext], tool: Tool, result: Any
    ) -> None:
        place = self._places.pop(_key(context, tool), None)
        if place is not None:
            task = _task(context, tool)
            task.status_indicator = "complete"
            await (self._shown or context.context).update_task(place, task)

    @override
    async def on_handoff(
        self, context: RunContextWrapper[LinkContext], from_agent: Agent[LinkContext], to_agent: Agent[LinkContext]
    ) -> None:
        title = f"Handed over to {to_agent.name}"
        await (self._shown or context.context).add_task(
            CustomTask(title=title, icon="agent", status_indicator="complete")
        )


def _key(context: RunContextWrapper[LinkContext], tool: Tool) -> str:
    return context.tool_call_id if isinstance(context, ToolContext) else tool.name


def _task(context: RunContextWrapper[LinkContext], tool: Tool) -> CustomTask:
    arguments = context.tool_arguments if isinstance(context, ToolContext) else ""
    return CustomTask(title=title_of(tool.name), icon="square-code", content=said(arguments) or None)


def title_of(tool: str) -> str:
    name = tool.replace("_", " ").strip()
    return f"{name[:1].upper()}{name[1:]}"


def said(arguments: str) -> str:
    """A tool's arguments as a person would say them: the values, without the JSON."""
    try:
        values = json.loads(arguments)
    except ValueError:
        return ""
    if not isinstance(values, dict):
        return ""
    text = ", ".join(str(value) for value in cast("dict[str, Any]", values).values() if value not in (None, ""))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
