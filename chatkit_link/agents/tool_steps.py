"""The calls of tools as steps: each call is carried out once, or again where that does no harm.

How it flows: the hooks of the run begin a call (``tool_call_hooks.py``), which records that it starts. The tool itself
is called through ``record_steps_of``: a call that may happen once only waits until its start is in the database. Its
end is recorded behind the line that displays it. In an answer that goes on, a call whose end is known gives its result
again; one of which only the start is known is made again if its tool is ``@repeatable``, and else the model and the
user are told that it may have happened.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, cast

from agents import FunctionTool
from agents.tool import (
    _FailureHandlingFunctionToolInvoker as Invoker,  # pyright: ignore[reportPrivateUsage] - the SDK, pinned, has no other way
)
from agents.tool_context import ToolContext

from chatkit_link.agents.repeatable import is_repeatable
from chatkit_link.agents.steps import Call, Steps, current_call, current_steps
from chatkit_link.agents.tool_failures import ToolFailure
from chatkit_link.agents.tool_results import TOO_LARGE, from_json, to_json
from chatkit_link.errors import LinkError
from chatkit_link.translations import Localized

UNCERTAIN = (
    "The server was replaced while this call was running. It may or may not have been carried out. "
    "Find out, or ask the user, before you call it again."
)


class CallUncertain(LinkError):
    """It is not known whether a call was carried out."""

    title = "Unclear"


@dataclass(slots=True, eq=False)
class ToolCallStep:
    """One call. once: whether it may be carried out once only. started, end: what an earlier replica has recorded."""

    steps: Steps
    key: str
    name: str
    once: bool
    checks_output: bool
    started: bool
    end: dict[str, Any] | None
    #: Set when the start is recorded.
    recorded: asyncio.Event = field(default_factory=asyncio.Event)
    _result: tuple[Any] | None = None
    _busy: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def begin(cls, steps: Steps, call_id: str, tool: FunctionTool) -> "ToolCallStep":
        key = f"tool:{call_id}"
        checks = bool(tool.tool_output_guardrails or tool.custom_data_extractor)
        started, end = steps.found(key), steps.found(f"{key}/end")
        call = cls(steps, key, tool.name, not is_repeatable(tool), checks, started is not None, end)
        steps.calls[call_id] = call
        return call

    @property
    def is_displayed(self) -> bool:
        """Whether an earlier replica has displayed its end."""
        return self.end is not None and "display" in self.end

    @property
    def is_uncertain(self) -> bool:
        return self.started and self.once and self.end is None

    def record_start(self) -> None:
        if not self.started:
            self.steps.record(self.key, {"name": self.name, "once": self.once, "display": self.steps.display()})
        self.recorded.set()

    def record_end(self, result: Any) -> None:
        """result: what the run has received, for a call that was not heard to the end."""
        value = {"result": to_json(result if self._result is None else self._result[0])}
        self.steps.record(f"{self.key}/end", {**value, "display": self.steps.display()})
        self._busy.close()

    async def carry_out(self, call_id: str, invoke: Callable[[], Awaitable[Any]]) -> Any:
        if self.end is not None and not (self.end["result"] == TOO_LARGE and not self.once):
            result = from_json(self.end["result"])
            self._result = (result,)
            return result
        if self.is_uncertain:
            return ToolFailure(UNCERTAIN, CallUncertain(Localized("task_uncertain")))
        journal = self.steps.journal
        token = current_call.set(call_id)
        try:
            if self.once:
                # Before its start is recorded: a stop in between would leave a call unclear that never began.
                self._busy.enter_context(journal.busy())
                await self.recorded.wait()
                await journal.committed()
            result = await invoke()
        except BaseException:
            self._busy.close()
            raise
        finally:
            current_call.reset(token)
        self._result = (result,)
        if self.checks_output:  # that may take its time, and the tool has done its work
            self.steps.record(f"{self.key}/end", {"result": to_json(result)})
        return result


def record_steps_of(tool: FunctionTool) -> None:
    """Make a tool carry out its calls as steps; to be called before each of its calls, as MCP tools are made anew."""
    invoker: Any = tool.on_invoke_tool
    if isinstance(invoker, _RecordedInvoker) or hasattr(invoker, "__chatkit_link_recorded__"):
        return
    if type(invoker) is Invoker:
        # In its place: the SDK has noted the object for calls that are approved, and looks into it.
        invoker.__class__ = _RecordedInvoker
    else:
        tool.on_invoke_tool = _recorded(invoker)


class _RecordedInvoker(Invoker):
    def __agents_bind_function_tool__(self, function_tool: FunctionTool) -> Invoker:
        bound = super().__agents_bind_function_tool__(function_tool)
        bound.__class__ = _RecordedInvoker
        return bound

    async def __call__(self, ctx: ToolContext[Any], arguments: str) -> Any:
        call = _call_of(ctx)
        if call is None:
            return await super().__call__(ctx, arguments)
        return await call.carry_out(ctx.tool_call_id, lambda: Invoker.__call__(self, ctx, arguments))


def _recorded(invoker: Callable[[ToolContext[Any], str], Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(invoker)
    async def invoke(ctx: ToolContext[Any], arguments: str) -> Any:
        call = _call_of(ctx)
        if call is None:
            return await invoker(ctx, arguments)
        return await call.carry_out(ctx.tool_call_id, lambda: invoker(ctx, arguments))

    cast("Any", invoke).__chatkit_link_recorded__ = True
    return invoke


def _call_of(ctx: Any) -> Call | None:
    """The call as a step; None inside of another one, whose agent may call the same tool."""
    steps = current_steps.get()
    if steps is None or current_call.get() is not None or not isinstance(ctx, ToolContext):
        return None
    return steps.calls.get(cast("ToolContext[Any]", ctx).tool_call_id)
