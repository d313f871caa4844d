"""What an exported file finds under the names that ``rewrite.py`` has bound: Runner, trace, approvals ...

One object per loaded file. It holds nothing of a conversation: each call goes to the ``Execution`` of the
conversation that it is made in, which a context variable knows. So conversations at once never mix.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any, Protocol

from agents import Agent, Runner, UserError, WebSearchTool, function_tool
from openai import AsyncOpenAI, OpenAIError
from openai.types.responses.web_search_tool import Filters

from chatkit_link.agents.agent_builder.guardrails import failures
from chatkit_link.agents.agent_builder.state import ThreadState
from chatkit_link.agents.output_text import Refusal


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


class _Site:
    """``Runner`` at one place of the file. number: in its flow. alone: the input is written out there."""

    def __init__(self, line: int, number: int | None, *, alone: bool) -> None:
        self._line = line
        self._number = number
        self._alone = alone

    async def run(self, starting_agent: Agent[Any], input: Any = "", **given: Any) -> Any:  # noqa: A002  # the library's name
        return await current.get().run(self._line, self._number, starting_agent, input, alone=self._alone, **given)


class _Runner:
    """``Runner`` where it is used in a way that no export has."""

    async def run(self, starting_agent: Agent[Any], input: Any = "", **given: Any) -> Any:  # noqa: A002  # the library's name
        return await current.get().run(0, None, starting_agent, input, alone=False, **given)

    def __getattr__(self, name: str) -> Any:
        return getattr(Runner, name)


class Shims:
    """guardrails: the package, if the file uses it and it is installed."""

    Runner = _Runner()

    def __init__(self, guardrails: Any = None) -> None:
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

    def unwritten(self, name: str) -> str:
        return f"The tool {name} is not implemented yet: tell the user that this cannot be done here so far."

    def AsyncOpenAI(self, **given: Any) -> AsyncOpenAI:  # noqa: N802  # the library's name
        """Loads without a key, too. What it is asked goes to the server's own client, where there is one."""
        try:
            return AsyncOpenAI(**given)
        except OpenAIError:
            given["api_key"] = "missing"
            return AsyncOpenAI(**given)

    def WebSearchTool(self, **given: Any) -> WebSearchTool:  # noqa: N802  # the library's name
        """The exporter writes filters as a dict, which the library takes as an object only."""
        if isinstance(given.get("filters"), dict):
            given["filters"] = Filters.model_validate(given["filters"])
        return WebSearchTool(**given)

    # What waits

    async def ask(self, name: str, *args: Any, **given: Any) -> bool:
        texts = [value for value in (*args, *given.values()) if isinstance(value, str) and value.strip()]
        return await current.get().ask(name, texts[0] if texts else "May I go on?")

    async def search(self, function: Callable[..., Any], *args: Any, **given: Any) -> Any:
        return await current.get().search(function, *args, **given)

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


def _tool(function: Callable[..., Any], given: dict[str, Any]) -> Any:
    make: Callable[..., Any] = function_tool
    try:
        return make(**given)(function)
    except UserError:
        return make(**{**given, "strict_mode": False})(function)
