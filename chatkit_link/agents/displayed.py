"""What an answer has displayed by a step, as JSON: with it, another replica goes on in the same items.

The open workflow goes with the lines of the calls that run; messages and widgets are whole at a step, or begun again.
Sources grow with the whole thread, so each snapshot has only those that are new since the one before.
"""

from typing import Any, ClassVar, Protocol

from chatkit.agents import ClientToolCall
from chatkit.types import CustomTask, SearchTask, WorkflowItem

from chatkit_link.agents.context import LinkContext
from chatkit_link.agents.sources import Sources
from chatkit_link.agents.tool_line import ToolLine


class Stream(Protocol):
    """What ``ResponseStream`` knows of what it has displayed."""

    call_ids: dict[str, str]
    #: Names of its fields that hold JSON.
    KEPT: ClassVar[tuple[str, ...]]


def snapshot(stream: Stream, context: LinkContext) -> dict[str, Any]:
    workflow, asked = context.workflow_item, context.client_tool_call
    known = context.sources.to_record()
    new = dict(list(known.items())[context.recorded_sources :])
    context.recorded_sources = len(known)
    return {
        "number": context.steps.number_snapshot(),
        "made": context.steps.made,
        "workflow": None if workflow is None else workflow.model_dump(mode="json", exclude_none=True),
        "lines": {key: _line_to_json(line, workflow) for key, line in context.lines.items()},
        "begun": dict(context.begun),
        "calls": stream.call_ids,
        "client_call": None if asked is None else {"name": asked.name, "arguments": asked.arguments},
        "sources": new,
        **{name: getattr(stream, name) for name in stream.KEPT},
    }


def restore(stream: Stream, context: LinkContext) -> None:
    """Begin where an earlier replica stopped."""
    snapshots = context.steps.snapshots()
    if not snapshots:
        return
    for each in snapshots:
        for number, source in Sources.from_record(each["sources"]).items():
            context.sources.put(number, source)
    last = snapshots[-1]
    context.recorded_sources = len(context.sources.to_record())
    context.steps.restore_made(last["made"])
    workflow = None if last["workflow"] is None else WorkflowItem.model_validate(last["workflow"])
    context.workflow_item = workflow
    context.lines.update({key: _line_of(stored, workflow) for key, stored in last["lines"].items()})
    context.begun.update(last["begun"])
    stream.call_ids.update(last["calls"])
    if last["client_call"] is not None:
        context.client_tool_call = ClientToolCall(**last["client_call"])
    for name in stream.KEPT:
        setattr(stream, name, last[name])


def _line_to_json(line: ToolLine, workflow: WorkflowItem | None) -> dict[str, Any]:
    is_open = workflow is not None and line.is_in(workflow)
    return {
        "task": line.task.model_dump(mode="json", exclude_none=True),
        "place": line.place[1] if is_open and line.place is not None else None,
        "has_title": line.has_title,
        "done": line.done,
        "failed": line.failed,
    }


def _line_of(stored: dict[str, Any], workflow: WorkflowItem | None) -> ToolLine:
    kind = SearchTask if stored["task"]["type"] == "web_search" else CustomTask
    task = kind.model_validate(stored["task"])
    line = ToolLine(task, has_title=stored["has_title"], done=stored["done"], failed=stored["failed"])
    if workflow is not None and stored["place"] is not None:
        line.place, line.displayed = (workflow, stored["place"]), task.model_copy()
    return line
