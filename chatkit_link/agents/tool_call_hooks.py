"""Tool calls and hand-offs, visible as tasks of a workflow while they happen; and model calls, metered.

A tool's task ends as complete, as failed, or as complete with the line that its output was cut. One that never ends is
settled where the turn ends (``protocol/partial_items.py``).
"""

import json
import logging
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, cast

from agents import (
    Agent,
    FunctionTool,
    ModelResponse,
    RunContextWrapper,
    RunHooks,
    Tool,
    ToolTimeoutError,
    TResponseInputItem,
)
from agents.tool_context import ToolContext
from chatkit.types import CustomTask, SearchTask, ThreadStreamEvent
from typing_extensions import override

from chatkit_link.agents.context import LinkContext
from chatkit_link.agents.errors.describe import blame, describe, is_of_model, redacted, texts
from chatkit_link.agents.metering import UsageReader
from chatkit_link.agents.tool_failures import ToolFailure, failure_of, report_failures_of
from chatkit_link.agents.tool_line import FAILED_ICON, ToolLine
from chatkit_link.agents.tool_output import OUTPUT_LIMIT, Cut, cut_of, output_limit
from chatkit_link.agents.tool_steps import CallUncertain, ToolCallStep, record_steps_of
from chatkit_link.errors import LinkError
from chatkit_link.translations import Localized
from chatkit_link.wire.sanitize import clean_text

logger = logging.getLogger(__name__)

#: Characters of a tool's arguments that are displayed.
_MAX_ARGUMENTS = 120


class VisibleTools(RunHooks[LinkContext]):
    """Displays each tool call of one run, except those of tools that display something themselves.

    display: the context to emit into, if the run's own context is not a LinkContext.
    """

    def __init__(
        self, reader: UsageReader, hidden_tools: frozenset[str] = frozenset(), *, display: LinkContext | None = None
    ) -> None:
        self._reader = reader
        self._hidden_tools = hidden_tools
        self._display = display

    @override
    async def on_llm_start(
        self,
        context: RunContextWrapper[LinkContext],
        agent: Agent[LinkContext],
        system_prompt: str | None,
        input_items: list[TResponseInputItem],
    ) -> None:
        steps = (self._display or context.context).steps
        steps.expect_request(input_items, self._reader.model_of(agent))
        await steps.keep_responses()

    @override
    async def on_llm_end(
        self, context: RunContextWrapper[LinkContext], agent: Agent[LinkContext], response: ModelResponse
    ) -> None:
        steps = (self._display or context.context).steps
        number = steps.newest_request
        self._reader.read(context.usage, agent, steps.usage_id(number), steps.usage_kind(number))

    @override
    async def on_tool_start(
        self, context: RunContextWrapper[LinkContext], agent: Agent[LinkContext], tool: Tool
    ) -> None:
        report_failures_of(tool)
        link, key = self._display or context.context, _key(context, tool)
        call = None
        if isinstance(tool, FunctionTool):
            record_steps_of(tool)
            call = ToolCallStep.begin(link.steps, key, tool)
            if call.is_displayed:
                return
            link.begun = {item_id: owner for item_id, owner in link.begun.items() if owner != key}
        else:  # a shell, a computer, a patch: the SDK calls them by itself
            await link.steps.go_on_here_only()
        line = link.lines.get(key)  # an answer that goes on has displayed it
        if line is None:
            task = _task(context, tool)
            task.status_indicator = "loading"
            line = link.lines[key] = ToolLine(task)
        display = partial(link.display_line, line) if tool.name not in self._hidden_tools else list[ThreadStreamEvent]
        link.defer(display, call.record_start if call else None)

    @override
    async def on_tool_end(
        self, context: RunContextWrapper[LinkContext], agent: Agent[LinkContext], tool: Tool, result: Any
    ) -> None:
        link, key = self._display or context.context, _key(context, tool)
        call = link.steps.calls.get(key)
        if call is not None and call.is_displayed:
            return
        failure = failure_of(context, tool, result)
        line = link.lines.get(key) or ToolLine(_task(context, tool))
        if failure is not None:
            self._log(link, tool, failure, _arguments(context))
            # Also of a tool that shows something itself, or has done so and thereby ended the workflow.
            display = partial(end_line, link, key, line, failure=failure)
        else:
            display = partial(end_line, link, key, line, cut=cut_of(result, _limit(context)))
        link.defer(display, partial(call.record_end, result) if call else None)

    @staticmethod
    def _log(link: LinkContext, tool: Tool, failure: ToolFailure, arguments: str) -> None:
        """arguments: of the call, which the model made of what users have written."""
        error, request = failure.error, link.request_context.request_id
        if isinstance(error, CallUncertain):
            logger.warning("request %s: whether the tool %s did its work is not known", request, tool.name)
            return
        if isinstance(error, LinkError):  # raised on purpose, with all that there is to say
            reason = redacted(error.for_log(), list(_values(arguments)))
            logger.warning("request %s: the tool %s failed: %s", request, tool.name, reason)
            return
        if error is not None and is_of_model(error):  # of an agent that is a tool, or that a tool runs
            logger.warning("request %s: the tool %s failed: %s", request, tool.name, blame(error))
            return
        why = describe(error) if error else "it was cancelled"
        logger.warning("request %s: the tool %s failed: %s", request, tool.name, why, exc_info=error)

    @override
    async def on_handoff(
        self, context: RunContextWrapper[LinkContext], from_agent: Agent[LinkContext], to_agent: Agent[LinkContext]
    ) -> None:
        link = self._display or context.context
        key = link.steps.next_handoff()
        if link.steps.found(key):
            return
        task = CustomTask(title=f"Handed over to {to_agent.name}", icon="agent", status_indicator="complete")
        link.defer(lambda: link.begin_task(task)[1], lambda: link.steps.record(key, {"display": link.steps.display()}))


def end_line(
    link: LinkContext,
    key: str,
    line: ToolLine,
    *,
    failure: ToolFailure | None = None,
    cut: Cut | None = None,
) -> list[ThreadStreamEvent]:
    """The events of a call's end: its line as complete, or as failed with the reason. cut: how its output was cut."""
    locale = link.request_context.locale
    link.lines.pop(key, None)
    line.ended = True
    if failure is not None:
        line.task = _failed(line, failure, locale)
        return link.display_line(line)
    if line.place is None or line.place[0] is not link.workflow_item:
        return []  # something else has taken its place
    line.task = line.task.model_copy(update={"status_indicator": "complete", "title": line.done or line.task.title})
    if cut is not None and isinstance(line.task, CustomTask):
        note = Localized("task_output_cut", kept=cut.kept, total=cut.total).in_language(locale)
        line.task.content = _paragraphs(line.task.content, note)
    return link.display_line(line)


def end_unfinished(link: LinkContext, calls: Iterable[str]) -> list[ThreadStreamEvent]:
    """The lines of calls that may have happened, as unclear; the user is asked about them."""
    unclear = ToolFailure("", CallUncertain(Localized("task_may_be_done")))
    lines = [(key, line) for key in calls if (line := link.lines.get(key)) is not None]
    return [event for key, line in lines for event in end_line(link, key, line, failure=unclear)]


def _failed(line: ToolLine, failure: ToolFailure, locale: str) -> CustomTask:
    """A ``LinkError`` has words for the user; of any other error the user reads that there was one."""
    if isinstance(failure.error, CallUncertain):
        return failed(line.task, failure.error.code, locale, title="task_uncertain_title")
    late = isinstance(failure.error, TimeoutError | ToolTimeoutError)
    task = failed(line.task, "task_timed_out" if late else "task_failed", locale)
    task.title = line.failed or task.title
    if isinstance(failure.error, LinkError) and failure.error.for_users:
        task.content = _paragraphs(_content_of(line.task), failure.error.in_language(locale))
    return task


def failed(
    task: CustomTask | SearchTask, code: str, locale: str = "en", title: str = "task_failed_title"
) -> CustomTask:
    """The task of a failed call. ChatKit has no status for it: without one, it is not marked as done."""
    words = Localized(title, title=task.title or "").in_language(locale)
    content = _paragraphs(_content_of(task), Localized(code).in_language(locale))
    return CustomTask(title=words, icon=FAILED_ICON, content=content, status_indicator="none")


def _content_of(task: CustomTask | SearchTask) -> str | None:
    return task.content if isinstance(task, CustomTask) else None


def _paragraphs(*parts: str | None) -> str:
    return "\n\n".join(part for part in parts if part)


def _limit(context: RunContextWrapper[LinkContext]) -> int:
    config = context.run_config if isinstance(context, ToolContext) else None
    return OUTPUT_LIMIT if config is None else output_limit(config)


def _key(context: RunContextWrapper[LinkContext], tool: Tool) -> str:
    return context.tool_call_id if isinstance(context, ToolContext) else tool.name


def _arguments(context: RunContextWrapper[LinkContext]) -> str:
    return context.tool_arguments if isinstance(context, ToolContext) else ""


def _values(arguments: str) -> Iterator[str]:
    """The texts in a call's arguments; none of what is not JSON."""
    try:
        yield from texts(json.loads(arguments))
    except (ValueError, RecursionError):
        return


def _task(context: RunContextWrapper[LinkContext], tool: Tool) -> CustomTask:
    content = short_text(_arguments(context)) or None
    return CustomTask(title=title_of(tool.name), icon="square-code", content=content)


def title_of(tool: str) -> str:
    name = tool.replace("_", " ").strip()
    return f"{name[:1].upper()}{name[1:]}"


def short_text(arguments: str) -> str:
    """A tool's arguments for display: the values, without the JSON."""
    try:
        values = json.loads(arguments)
    except ValueError:
        return ""
    if not isinstance(values, dict):
        return ""
    joined = ", ".join(str(value) for value in cast("dict[str, Any]", values).values() if value not in (None, ""))
    text = clean_text(joined)  # JSON may escape what no event can hold
    return text if len(text) <= _MAX_ARGUMENTS else text[: _MAX_ARGUMENTS - 1] + "…"
