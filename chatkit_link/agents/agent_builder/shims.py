"""What an exported file finds under the names that ``rewrite.py`` has bound: Runner, trace, approvals ...

One object per loaded file. It holds nothing of a conversation: each call goes to the ``Execution`` of the
conversation that it is made in, which a context variable knows. So conversations at once never mix.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any, Protocol

from agents import Agent, Runner, UserError, WebSearchTool, function_tool
from openai import AsyncOpenAI, OpenAIError
from openai.types.responses.web_search_tool import Filters

from chatkit_link.agents.agent_builder.guardrails import failures
from chatkit_link.agents.output_text import Refusal
from chatkit_link.caller import StateValue


class RunningWorkflow(Protocol):
    """What a file's calls are handed to: the ``Execution`` of the conversation that they are made in."""

    @property
    def state(self) -> Mapping[str, StateValue]: ...

    async def run(self, line: int, agent: Agent[Any], given: Any, *, silent: bool, **rest: Any) -> Any: ...

    async def ask(self, name: str, text: str) -> bool: ...

    async def search(self, function: Callable[..., Any], *args: Any, **given: Any) -> Any: ...

    async def go_round(self, line: int) -> None: ...

    def begin(self, value: list[Any]) -> list[Any]: ...

    async def guard(self, library: Any, *args: Any, **given: Any) -> Any: ...


# A file calls ``Runner.run`` without an argument for the caller, so only the context can identify it.
current: ContextVar[RunningWorkflow] = ContextVar("workflow execution")


class _Site:
    """``Runner`` at one line of the file."""

    def __init__(self, line: int, *, silent: bool) -> None:
        self._line = line
        self._silent = silent

    async def run(self, starting_agent: Agent[Any], input: Any = "", **given: Any) -> Any:  # noqa: A002  # the library's name
        return await current.get().run(self._line, starting_agent, input, silent=self._silent, **given)


class _Runner:
    """``Runner`` where it is used in a way that no export has."""

    async def run(self, starting_agent: Agent[Any], input: Any = "", **given: Any) -> Any:  # noqa: A002  # the library's name
        return await current.get().run(0, starting_agent, input, silent=False, **given)

    def __getattr__(self, name: str) -> Any:
        return getattr(Runner, name)


class WorkflowState(dict[str, Any]):
    """The state of a workflow: a variable that was never set is None, as it was in Agent Builder."""

    def __missing__(self, key: str) -> None:
        return None


class Shims:
    """guardrails: the package, if the file uses it and it is installed."""

    Runner = _Runner()

    def __init__(self, guardrails: Any = None) -> None:
        self._guardrails = guardrails

    def at(self, line: int, silent: bool) -> _Site:
        return _Site(line, silent=silent)

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

    def conversation_history(self, value: list[Any]) -> list[Any]:
        return current.get().begin(value)

    def state(self, value: dict[str, Any]) -> dict[str, Any]:
        return WorkflowState({**value, **current.get().state})

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
