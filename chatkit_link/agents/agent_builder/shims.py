"""What an exported file finds under the names that ``rewrite.py`` has bound: Runner, trace, approvals ...

One object per loaded file. It holds nothing of a conversation: each call goes to the ``Execution`` of the
conversation that it is made in, which a context variable knows. So conversations at once never mix.
"""

import argparse
import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any, Protocol

from agents import (
    Agent,
    RawResponsesStreamEvent,
    RunItemStreamEvent,
    Runner,
    UserError,
    WebSearchTool,
    function_tool,
)
from openai import AsyncOpenAI, OpenAI, OpenAIError
from openai.types.responses import ResponseTextDeltaEvent
from openai.types.responses.web_search_tool import Filters

from chatkit_link.agents.agent_builder.guardrails import failures
from chatkit_link.agents.agent_builder.state import ThreadState
from chatkit_link.agents.agent_builder.workflow_input import Unsuited
from chatkit_link.agents.errors.describe import describe
from chatkit_link.agents.output_text import Refusal

logger = logging.getLogger(__name__)


class RunningWorkflow(Protocol):
    """What a file's calls are handed to: the ``Execution`` of the conversation that they are made in."""

    @property
    def state(self) -> ThreadState: ...

    async def run(
        self, line: int, site: int | None, agent: Agent[Any], given: Any, *, alone: bool, **rest: Any
    ) -> Any: ...

    async def ask(self, name: str, text: str) -> bool: ...

    async def search(self, function: Callable[..., Any], *args: Any, **given: Any) -> Any: ...

    async def go_round(self, line: int) -> None: ...

    def join(self, value: list[Any]) -> list[Any]: ...

    async def guard(self, library: Any, *args: Any, **given: Any) -> Any: ...


# A file calls ``Runner.run`` without an argument for the caller, so only the context can identify it.
current: ContextVar[RunningWorkflow] = ContextVar("workflow execution")
#: Numbers of the sites (``control_flow.py``) whose functions are running, the outermost first.
callers: ContextVar[tuple[int, ...]] = ContextVar("workflow callers", default=())


# The loop that the conversation is on. A file's own threads and loops have their agents run there.
home: ContextVar[asyncio.AbstractEventLoop] = ContextVar("workflow loop")


class Ended(BaseException):
    """The file wants to end the process. Not an Exception, as ``SystemExit`` is none."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Site:
    """``Runner`` at one place of the file, or where it is used in a way that no export has.

    line: 0 there. number: in the flow of the file. alone: the input is written out there.
    """

    def __init__(self, line: int, number: int | None, *, alone: bool) -> None:
        self._line = line
        self._number = number
        self._alone = alone

    async def run(self, starting_agent: Agent[Any], input: Any = "", **given: Any) -> Any:  # noqa: A002  # the library's name
        work = _execution().run(self._line, self._number, starting_agent, input, alone=self._alone, **given)
        if (loop := home.get()) is asyncio.get_running_loop():
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))

    def run_sync(self, starting_agent: Agent[Any], input: Any = "", **given: Any) -> Any:  # noqa: A002  # the library's name
        execution = _execution()
        if _is_running(loop := home.get()):
            raise Unsuited(
                "Runner.run_sync would stop the whole server: write `await Runner.run(...)` in an async def."
            )
        work = execution.run(self._line, self._number, starting_agent, input, alone=self._alone, **given)
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    def run_streamed(self, starting_agent: Agent[Any], input: Any = "", **given: Any) -> "_Streamed":  # noqa: A002
        return _Streamed(partial(self.run, starting_agent, input, **given))

    def __getattr__(self, name: str) -> Any:
        return getattr(Runner, name)


class _Streamed:
    """The result of ``Runner.run_streamed``. The user sees the text as it comes; the file gets it when it is whole."""

    def __init__(self, run: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._run = run
        self._result: Any = None

    async def stream_events(self) -> AsyncGenerator[Any]:
        self._result = await self._run()
        if isinstance(text := self._result.final_output, str):
            yield RawResponsesStreamEvent(data=_delta(text))
        for item in self._result.new_items:
            if item.type == "message_output_item":
                yield RunItemStreamEvent(name="message_output_created", item=item)

    def __getattr__(self, name: str) -> Any:
        if self._result is None:
            raise Unsuited(
                f"read all of stream_events() before .{name}: until then there is no result.", call="stream_events()"
            )
        return getattr(self._result, name)


def _delta(text: str) -> ResponseTextDeltaEvent:
    return ResponseTextDeltaEvent(
        type="response.output_text.delta",
        delta=text,
        content_index=0,
        item_id="msg_0",
        logprobs=[],
        output_index=0,
        sequence_number=0,
    )


def _execution() -> "RunningWorkflow":
    try:
        return current.get()
    except LookupError:
        raise Unsuited(
            "an agent is run while the file is loaded, for nobody. Move this into the workflow's function, or "
            "remove it."
        ) from None


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether this thread runs the loop."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


class Shims:
    """file: its name. guardrails: the package, if the file uses it and it is installed."""

    Runner = _Site(0, None, alone=False)

    def __init__(self, file: str, guardrails: Any = None) -> None:
        self._file = file
        self._guardrails = guardrails

    def at(self, line: int, number: int | None, alone: bool) -> _Site:
        return _Site(line, number, alone=alone)

    def inside(self, number: int, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of the file that runs agents, called at this site."""

        @wraps(function)
        async def called(*args: Any, **given: Any) -> Any:
            token = callers.set((*callers.get(), number))
            try:
                return await function(*args, **given)
            finally:
                callers.reset(token)

        return called

    @contextmanager
    def trace(self, *_: Any, **__: Any) -> Generator[None]:
        """Traces stay here: they would send users' messages to OpenAI."""
        yield

    def function_tool(self, *args: Any, **given: Any) -> Any:
        """The real one; where its strict form refuses a parameter, such as a free object, the other form."""
        if args:
            return _tool(args[0], given)
        return partial(_tool, given=given)

    def end(self, line: int) -> None:
        raise Ended(line)

    def input(self, *_: Any) -> str:
        raise Unsuited("input() waits for someone to type, and a server has no keyboard. Remove it.", call="input()")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def parse_args(self, parse: Callable[..., Any], *_: Any) -> Any:
        """The defaults of a command line: nothing is passed here, and the server's own arguments are not the file's."""
        parser = getattr(parse, "__self__", None)
        if not isinstance(parser, argparse.ArgumentParser):
            return parse([])
        needed = [action for action in parser._actions if action.required]  # noqa: SLF001  # it has no other list of them
        if needed:
            name = "/".join(needed[0].option_strings) or needed[0].dest
            raise Unsuited(
                f"the file asks for {name} on the command line, and there is none here. Give it a default and remove "
                "required=True, or put the value into the file.",
                call="parse_args()",
            )
        return parser.parse_args([])

    def run_coroutine(self, coroutine: Coroutine[Any, Any, Any], **given: Any) -> Any:
        """``asyncio.run``, which takes a thread of its own where this one runs a loop."""
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(coroutine, **given)
        if home.get(None) is running:
            coroutine.close()
            raise Unsuited(
                "asyncio.run() would stop the whole server: make this an async def, and await instead.",
                call="asyncio.run()",
            )
        return _in_thread(coroutine)

    def unwritten(self, name: str) -> str:
        return f"The tool {name} is not implemented yet: tell the user that this cannot be done here so far."

    def AsyncOpenAI(self, **given: Any) -> AsyncOpenAI:  # noqa: N802  # the library's name
        """Loads without a key, too. What it is asked goes to the server's own client, where there is one."""
        try:
            return AsyncOpenAI(**given)
        except OpenAIError:
            given["api_key"] = "missing"
            return AsyncOpenAI(**given)

    def OpenAI(self, **given: Any) -> OpenAI:  # noqa: N802  # the library's name
        """As ``AsyncOpenAI``."""
        try:
            return OpenAI(**given)
        except OpenAIError:
            given["api_key"] = "missing"
            return OpenAI(**given)

    def WebSearchTool(self, **given: Any) -> WebSearchTool:  # noqa: N802  # the library's name
        """The exporter writes filters as a dict, which the library takes as an object only."""
        if isinstance(given.get("filters"), dict):
            given["filters"] = Filters.model_validate(given["filters"])
        return WebSearchTool(**given)

    # What waits

    async def ask(self, name: str, *args: Any, **given: Any) -> bool:
        texts = [value for value in (*args, *given.values()) if isinstance(value, str) and value.strip()]
        return await current.get().ask(name, texts[0] if texts else "May I go on?")

    async def search(self, line: int, function: Callable[..., Any], *args: Any, **given: Any) -> Any:
        try:
            return await current.get().search(function, *args, **given)
        except OpenAIError as error:
            # The error is logged where the answer ends, too, but there nobody knows the line.
            logger.error("%s, line %d: the search in the vector store failed: %s", self._file, line, describe(error))  # noqa: TRY400
            raise

    async def go_round(self, line: int) -> None:
        await current.get().go_round(line)

    # The start of a workflow

    def conversation(self, value: list[Any]) -> list[Any]:
        running = current.get(None)
        return running.join(value) if running else value

    def state(self, value: Any) -> Any:
        running = current.get(None)
        return running.state.join(value) if running else value

    # Guardrails

    def fail_output(self, function: Callable[..., Any]) -> Callable[..., Refusal]:
        """The exporter's own reads the results of checks that were never made, and fails there."""

        @wraps(function)
        def build(results: Any) -> Refusal:
            try:
                return Refusal(function(results))
            except AttributeError:
                return Refusal(failures(results))

        return build

    def load_config_bundle(self, config: Any) -> Any:
        return self._guardrails.load_config_bundle(config) if self._guardrails else config

    def instantiate_guardrails(self, bundle: Any, *args: Any, **given: Any) -> Any:
        return self._guardrails.instantiate_guardrails(bundle, *args, **given) if self._guardrails else bundle

    async def run_guardrails(self, *args: Any, **given: Any) -> Any:
        return await current.get().guard(self._guardrails, *args, **given)


def _in_thread(coroutine: Coroutine[Any, Any, Any]) -> Any:
    results, errors = list[Any](), list[BaseException]()

    def run() -> None:
        try:
            results.append(asyncio.run(coroutine))
        except BaseException as error:  # noqa: BLE001  # raised again, in the thread that waits
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _tool(function: Callable[..., Any], given: dict[str, Any]) -> Any:
    make: Callable[..., Any] = function_tool
    try:
        return make(**given)(function)
    except UserError:
        return make(**{**given, "strict_mode": False})(function)
