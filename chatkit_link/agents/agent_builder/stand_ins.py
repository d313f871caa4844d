"""What an exported file finds under the names that ``rewrite.py`` has bound: Runner, trace, approvals ...

One object per loaded file. It holds nothing of a conversation: each call goes to the ``Execution`` of the
conversation that it is made in, which a context variable knows. So conversations at once never mix.
"""

import importlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from agents import Agent, Runner, UserError, function_tool
from chatkit.errors import CustomStreamError
from openai import AsyncOpenAI, OpenAIError

from chatkit_link.agents.agent_builder.spoken import Refusal

if TYPE_CHECKING:
    from chatkit_link.agents.agent_builder.execution import Execution

current: ContextVar["Execution"] = ContextVar("workflow execution")

NO_GUARDRAILS = (
    "This assistant has guardrails that cannot run here, so it does not answer. "
    "Whoever runs this chat must install the package openai-guardrails."
)


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


class StandIns:
    Runner = _Runner()

    def at(self, line: int, silent: bool) -> _Site:
        return _Site(line, silent=silent)

    @contextmanager
    def trace(self, *_: Any, **__: Any) -> Generator[None]:
        """Traces stay here: they would carry people's messages to OpenAI."""
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

    # What waits

    async def ask(self, name: str, *args: Any, **given: Any) -> bool:
        texts = [value for value in (*args, *given.values()) if isinstance(value, str) and value.strip()]
        return await current.get().ask(name, texts[0] if texts else "May I go on?")

    async def search(self, function: Callable[..., Any], *args: Any, **given: Any) -> Any:
        return await current.get().search(function, *args, **given)

    # What a workflow begins with

    def conversation_history(self, value: list[Any]) -> list[Any]:
        return current.get().begin(value)

    def state(self, value: dict[str, Any]) -> dict[str, Any]:
        return {**value, **current.get().state}

    # Guardrails

    def fail_output(self, function: Callable[..., Any]) -> Callable[..., Refusal]:
        @wraps(function)
        def build(*args: Any, **given: Any) -> Refusal:
            return Refusal(function(*args, **given))

        return build

    def load_config_bundle(self, config: Any) -> Any:
        library = _guardrails()
        return library.load_config_bundle(config) if library else config

    def instantiate_guardrails(self, bundle: Any, *args: Any, **given: Any) -> Any:
        library = _guardrails()
        return library.instantiate_guardrails(bundle, *args, **given) if library else bundle

    async def run_guardrails(self, *args: Any, **given: Any) -> Any:
        library = _guardrails()
        if library is None:
            raise CustomStreamError(NO_GUARDRAILS, allow_retry=False)
        return await current.get().guard(library.run_guardrails, *args, **given)


def _tool(function: Callable[..., Any], given: dict[str, Any]) -> Any:
    make: Callable[..., Any] = function_tool
    try:
        return make(**given)(function)
    except UserError:
        return make(**{**given, "strict_mode": False})(function)


def _guardrails() -> Any:
    """The package openai-guardrails, where somebody has installed it."""
    try:
        return importlib.import_module("guardrails.runtime")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "guardrails":
            raise
        return None
