"""``@progress``: what a tool does, in words that the user reads while it does it.

    @function_tool
    @progress("Looking up {question}", done="Looked up {question}")
    async def statistics(question: str, report: Progress) -> str:
        report("Asking the statistics server")
        ...

The line is displayed before the tool's own code runs, and is complete, or failed with a reason, when the tool has
ended. A widget that the tool streams takes its place.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial, wraps
from string import Formatter
from typing import Any, Final, cast, get_origin, get_type_hints
from uuid import uuid4

from agents import FunctionTool, RunContextWrapper
from agents.tool_context import ToolContext
from chatkit.agents import AgentContext
from chatkit.icons import IconName
from chatkit.types import CustomTask, ProgressUpdateEvent
from pydantic import BaseModel

from chatkit_link.agents.context import LinkContext
from chatkit_link.agents.tool_call_hooks import end_line
from chatkit_link.agents.tool_failures import ToolFailure
from chatkit_link.agents.tool_line import ToolLine, current_line
from chatkit_link.wire.sanitize import clean_text

#: Characters of one argument in a title, and of one report.
_MAX_ARGUMENT: Final = 120
_MAX_REPORT: Final = 2_000
#: Seconds between two reports that are displayed; of those in between, the last is.
_BETWEEN: Final = 0.1
_CONTEXT: Final = "run_context"

Tool = Callable[..., Any]


class Progress:
    """What a running tool reports. A parameter of this type is given to the tool, and the model does not see it."""

    def __init__(self, display: Callable[[str], None] | None = None) -> None:
        """display: called in the event loop; without it, nobody looks."""
        self._display = display
        self._loop = _running_loop() if display else None
        self._latest: str | None = None
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, text: str) -> None:
        """Display a text below the title, Markdown, in the place of the last one. Any thread may call this."""
        loop, text = self._loop, clean_text(text)[:_MAX_REPORT]
        if loop is None:
            return
        if _running_loop() is loop:
            self._report(text)
        else:
            with suppress(RuntimeError):  # a thread may outlive the server's loop
                loop.call_soon_threadsafe(self._report, text)

    def _report(self, text: str) -> None:
        self._latest = text
        if self._timer is None:
            self._next()

    def _next(self) -> None:
        self._timer = None
        if self._latest is not None and self._display is not None and self._loop is not None:
            self._display(self._latest)
            self._latest = None
            self._timer = self._loop.call_later(_BETWEEN, self._next)

    def flush(self) -> None:
        """Display what is held back."""
        if self._latest is not None and self._display is not None:
            self._display(self._latest)
        self._latest = None

    def end(self) -> None:
        """The same; nothing is displayed afterwards."""
        self.flush()
        if self._timer is not None:
            self._timer.cancel()
        self._display = self._loop = None


def progress(
    title: str, *, done: str | None = None, failed: str | None = None, icon: IconName | None = None
) -> Callable[[Tool], Callable[..., Awaitable[Any]]]:
    """Display what a tool of the Agents SDK does, from its start to its end. ``@function_tool`` stands above it.

    title: what it does, with arguments by their names in braces. done, failed: the same when it has ended; without
    them, it is ``title``, and ``title`` with ": failed". icon: beside it; a check mark without one.

    The function may be async or plain, which runs in a thread, and may take the run's context or not. A ``LinkError``
    that it raises is displayed to the user, and reported to the model; of any other error the user reads that the tool
    failed. Raises TypeError for a tool that is made already, and for a name in braces that is no argument.
    """
    words = _Words(title, done, failed, icon)

    def decorate(function: Tool) -> Callable[..., Awaitable[Any]]:
        if isinstance(function, FunctionTool):
            raise TypeError(f"{function.name}: write @function_tool above @progress, and not below it.")
        signature = _Signature.of(function)
        words.check(signature)

        @wraps(function)
        async def run(*given: Any, **named: Any) -> Any:
            first: Any = given[0] if given else None
            context = cast("RunContextWrapper[Any]", first) if isinstance(first, RunContextWrapper) else None
            if context is not None and not signature.takes_context:
                given = given[1:]
            arguments = signature.bind(given, named)
            call = _call_of(context)
            return await call(words, arguments, partial(_invoke, function, signature))

        run.__signature__ = signature.of_tool  # pyright: ignore[reportAttributeAccessIssue] - as the inspect module reads it
        run.__annotations__ = signature.annotations
        return run

    return decorate


@dataclass(frozen=True, slots=True)
class _Words:
    """The titles of a tool, with names of arguments in braces."""

    title: str
    done: str | None
    failed: str | None
    icon: IconName | None

    def check(self, signature: "_Signature") -> None:
        for template in filter(None, (self.title, self.done, self.failed)):
            for _, name, spec, conversion in Formatter().parse(template):
                if name is not None and (name not in signature.visible or spec or conversion):
                    known = ", ".join(signature.visible) or "none"
                    raise TypeError(
                        f"@progress({template!r}): {{{name}}} is no argument of the tool (it has: {known})."
                    )

    def fill(self, template: str, arguments: Mapping[str, Any]) -> str:
        return " ".join(template.format_map({name: _text(value) for name, value in arguments.items()}).split())

    def describe(self, line: ToolLine, arguments: Mapping[str, Any]) -> None:
        """Put the words into a line."""
        line.has_title = True
        line.done = self.fill(self.done, arguments) if self.done else None
        line.failed = self.fill(self.failed, arguments) if self.failed else None
        line.task = CustomTask(title=self.fill(self.title, arguments), icon=self.icon, status_indicator="loading")


@dataclass(frozen=True, slots=True)
class _Signature:
    """A function's parameters: all of them, those that the model sees, and the one that takes the progress.

    of_tool, annotations: of the decorated function, which always takes the run's context.
    """

    whole: inspect.Signature
    visible: tuple[str, ...]
    reports: str | None
    takes_context: bool
    of_tool: inspect.Signature
    annotations: dict[str, Any]

    @classmethod
    def of(cls, function: Tool) -> "_Signature":
        whole = inspect.signature(function)
        hints = _hints(function)
        names = list(whole.parameters)
        if names and names[0] in ("self", "cls") and names[0] not in hints:
            raise TypeError(f"{function.__name__}: decorate the bound method, as in progress(...)(self.method).")
        takes_context = bool(names) and _is(hints.get(names[0]), RunContextWrapper, ToolContext)
        reports = next((name for name in names if _is(hints.get(name), Progress)), None)
        kept = [parameter for name, parameter in whole.parameters.items() if name != reports]
        annotations = {name: hint for name, hint in hints.items() if name != reports}
        if not takes_context:
            first = inspect.Parameter(_CONTEXT, inspect.Parameter.POSITIONAL_ONLY, annotation=RunContextWrapper[Any])
            kept, annotations = [first, *kept], {_CONTEXT: RunContextWrapper[Any], **annotations}
        visible = tuple(parameter.name for parameter in kept[1:])
        return cls(whole, visible, reports, takes_context, whole.replace(parameters=kept), annotations)

    def bind(self, given: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments by name, defaults too. Raises TypeError as the call would."""
        parameters = [parameter for name, parameter in self.whole.parameters.items() if name != self.reports]
        bound = self.whole.replace(parameters=parameters).bind(*given, **named)
        bound.apply_defaults()
        return bound.arguments

    def call(self, arguments: Mapping[str, Any], report: Progress) -> inspect.BoundArguments:
        whole = {name: report if name == self.reports else arguments[name] for name in self.whole.parameters}
        return inspect.BoundArguments(self.whole, cast("Any", whole))


async def _invoke(function: Tool, signature: _Signature, arguments: Mapping[str, Any], report: Progress) -> Any:
    """A plain function runs in a thread, so that what it reports is displayed meanwhile."""
    bound = signature.call(arguments, report)
    if inspect.iscoroutinefunction(function):
        return await function(*bound.args, **bound.kwargs)
    result = await asyncio.to_thread(function, *bound.args, **bound.kwargs)
    return await result if inspect.isawaitable(result) else result


_Invoke = Callable[[Mapping[str, Any], Progress], Awaitable[Any]]
_Call = Callable[[_Words, Mapping[str, Any], _Invoke], Awaitable[Any]]


def _call_of(context: RunContextWrapper[Any] | None) -> _Call:
    """How a call is displayed: that depends on whose context it runs in."""
    shared: Any = context.context if context is not None else None
    if isinstance(shared, LinkContext):
        return partial(_displayed, shared, str(getattr(context, "tool_call_id", "")) or uuid4().hex)
    if isinstance(shared, AgentContext):
        return partial(_announced, cast("AgentContext[Any]", shared))
    return _unseen


async def _displayed(
    link: LinkContext, call_id: str, words: _Words, arguments: Mapping[str, Any], invoke: _Invoke
) -> Any:
    """As a line. The hooks of the run end it; a run without them, such as that of an agent as a tool, ends it here."""
    known = link.lines.get(call_id)
    line = known or link.lines.setdefault(call_id, ToolLine(CustomTask()))
    words.describe(line, arguments)
    link.defer(partial(link.display_line, line))

    def display(text: str) -> None:
        if not line.ended:
            line.task = line.task.model_copy(update={"content": text})
            link.defer(partial(_still, link, line))

    report = Progress(display)
    line.flush = report.flush
    token = current_line.set(line)
    try:
        result = await invoke(arguments, report)
    except Exception as error:
        report.end()
        if known is None:
            link.defer(partial(end_line, link, call_id, line, failure=ToolFailure("", error)))
        raise
    finally:
        report.end()
        current_line.reset(token)
    if known is None:
        link.defer(partial(end_line, link, call_id, line))
    return result


def _still(link: LinkContext, line: ToolLine) -> list[Any]:
    return [] if line.ended else link.display_line(line)


async def _announced(context: AgentContext[Any], words: _Words, arguments: Mapping[str, Any], invoke: _Invoke) -> Any:
    """In a ``ChatKitServer`` that runs its agent itself: as ChatKit's progress line, which what comes next replaces."""
    sending = set[asyncio.Task[None]]()

    def display(text: str) -> None:
        event = ProgressUpdateEvent(text=f"{title}: {text}", icon=words.icon)
        sending.add(asyncio.create_task(context.stream(event)))

    title = words.fill(words.title, arguments)
    report = Progress(display)
    await context.stream(ProgressUpdateEvent(text=title, icon=words.icon))
    try:
        return await invoke(arguments, report)
    finally:
        report.end()
        await asyncio.gather(*sending)


async def _unseen(words: _Words, arguments: Mapping[str, Any], invoke: _Invoke) -> Any:
    """Called directly, as a test does."""
    return await invoke(arguments, Progress())


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _hints(function: Tool) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except NameError:  # of a name that is defined later; function_tool has the last word on it
        return dict(inspect.get_annotations(cast("Any", function)))


def _is(hint: Any, *types: type) -> bool:
    if isinstance(hint, str):
        return hint.split("[")[0].split(".")[-1] in {each.__name__ for each in types}
    return (get_origin(hint) or hint) in types


def _text(value: Any) -> str:
    """An argument as a user reads it."""
    if value is None:
        return ""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, Mapping):
        value = list(cast("Mapping[str, Any]", value).values())
    if isinstance(value, list | tuple | set | frozenset):
        text = ", ".join(filter(None, map(_text, cast("list[Any]", value))))
    else:
        text = str(value.value if isinstance(value, Enum) else value)
    text = clean_text(" ".join(text.split()))
    return text if len(text) <= _MAX_ARGUMENT else text[: _MAX_ARGUMENT - 1] + "…"
