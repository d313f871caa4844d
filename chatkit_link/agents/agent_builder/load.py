"""An exported file, loaded: read, changed in memory, and run as a module of its own. Nothing global is changed."""

import asyncio
import inspect
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from chatkit_link.agents.agent_builder import siblings
from chatkit_link.agents.agent_builder.control_flow import Flow, count_runs
from chatkit_link.agents.agent_builder.guardrails import load_guardrails
from chatkit_link.agents.agent_builder.journal import version_of
from chatkit_link.agents.agent_builder.load_errors import lines_in, load_error
from chatkit_link.agents.agent_builder.rewrite import LINK, rewrite
from chatkit_link.agents.agent_builder.shims import Ended, Shims, home
from chatkit_link.agents.agent_builder.source import ENTRY, ExportedFile, read_source
from chatkit_link.agents.agent_builder.workflow_input import TurnFacts, Unsuited, arguments_for
from chatkit_link.agents.errors.explain import Failure
from chatkit_link.agents.load_time import LOAD_SECONDS, TookTooLong, time_limit
from chatkit_link.agents.models.names_in_source import in_text
from chatkit_link.errors import ConfigurationError
from chatkit_link.import_target import same_working_folder

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ExportedWorkflow:
    """A loaded file. version: identifies its text. steps: the number of calls of ``Runner.run`` in it.

    flow: which of them can follow which. entry: the name of its function. owner: the class that this stands in, or
    empty.
    """

    path: Path
    version: str
    steps: int
    module: ModuleType
    flow: Flow
    entry: str = ENTRY
    owner: str = ""
    facts: TurnFacts = field(default_factory=TurnFacts)

    def named(self, name: str) -> Any:
        """What a name at the top of the file stands for; None where there is none."""
        return vars(self.module).get(name)

    async def run(self, text: str, facts: TurnFacts | None = None) -> Any:
        """Call the workflow's function with a message. Only inside an ``Execution``.

        facts: what else is known of the turn, for files that ask for it.
        """
        home.set(asyncio.get_running_loop())
        entry = self.function()
        given = arguments_for(entry, vars(self.module), text, facts or self.facts)
        try:
            if inspect.iscoroutinefunction(entry):
                return await entry(**given)
            # One that blocks has a thread of its own, so that nobody else waits for it.
            value = entry(**given) if inspect.isasyncgenfunction(entry) else await asyncio.to_thread(entry, **given)
            return await _whole(value)
        except (Ended, SystemExit) as error:  # would end the server
            line = self.line_of(error)
            where = f"{self.path.name}, line {line}" if line else self.path.name
            advice = f"{where}: this would end the whole server. Return an answer instead, or remove it."
            logger.exception("%s", advice)
            raise Failure("workflow_failed", place=where, error="sys.exit()").with_advice(advice) from None

    def function(self) -> Callable[..., Any]:
        """The workflow's function; of a new object where it is a method, so that no two conversations share it."""
        owner: Any = getattr(self.module, self.owner)() if self.owner else self.module
        return getattr(owner, self.entry)

    def models(self) -> Iterator[tuple[int, str]]:
        """Line and name of each model that the file names."""
        return ((line, name) for line, name, feature in in_text(read_source(self.path).tree) if not feature)

    def line_of(self, error: BaseException) -> int | None:
        """The line of this file in which an error came up."""
        return line_in(self.path, error)


async def _whole(value: Any) -> Any:
    """What a function returns at last: also one that is awaited, or that yields its text piece by piece."""
    if inspect.isasyncgen(value):
        parts = [part async for part in cast("AsyncIterator[Any]", value)]
        return "".join(parts) if all(isinstance(part, str) for part in parts) else parts[-1]
    return await value if inspect.isawaitable(value) else value


def line_in(path: Path, error: BaseException) -> int | None:
    lines = lines_in(path, error)
    return lines[-1] if lines else None


@same_working_folder()
def load_workflow(
    path: Path, entry: str = "", *, folder: Path | None = None, seconds: float = LOAD_SECONDS
) -> ExportedWorkflow:
    """The workflow in the file ``path``.

    Args:
        entry: the name of its function, where it is not ``run_workflow``.
        folder: whose modules it may import, too, beside those of its own folder.
        seconds: how long its own code may run while it is loaded.

    Raises:
        ConfigurationError: it is no export, it is not Python, or it does not load; with the file's own line and what
            to change there.
    """
    source = read_source(path, entry)
    if source.entry is None:
        raise ConfigurationError(_no_entry(source, entry))
    version, steps = version_of(source.text), count_runs(source)
    roots = [path.parent, folder] if folder is not None and folder != path.parent else [path.parent]
    siblings.install(_execute)
    # A name of its own, known to imports, so that pydantic finds the types of the file's models.
    name = f"{siblings.package_of(path.parent, roots)}.{path.stem}"
    module = sys.modules[name] = ModuleType(name)
    try:
        with time_limit(seconds, roots[-1]):
            flow = _run(module, source, roots)
            found = ExportedWorkflow(path, version, steps, module, flow, source.entry.name, source.owner)
            _try_call(found)
    except (Exception, SystemExit, Ended, TookTooLong) as error:  # whatever a file does when it is loaded
        sys.modules.pop(name, None)
        raise load_error(source, error) from error
    return found


def _execute(module: ModuleType, path: Path, roots: Sequence[Path]) -> None:
    """Run a file that is imported by an exported one."""
    _run(module, read_source(path), roots)


def _run(module: ModuleType, source: ExportedFile, roots: Sequence[Path]) -> Flow:
    guarded = any(origin.startswith("guardrails.") for origin in source.imported.values())
    shims = Shims(source.path.name, load_guardrails() if guarded else None)
    module.__file__ = str(source.path)
    module.__dict__[LINK] = shims
    module.__dict__["input"] = shims.input
    tree, flow = rewrite(source, roots)
    exec(compile(tree, str(source.path), "exec"), module.__dict__)  # noqa: S102  # the operator's own file
    return flow


def _try_call(workflow: ExportedWorkflow) -> None:
    """Whether the function can be called as a turn will call it. Raises Unsuited."""
    if workflow.owner:
        needed = [
            parameter.name
            for parameter in inspect.signature(getattr(workflow.module, workflow.owner)).parameters.values()
            if parameter.default is parameter.empty
            and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]
        if needed:
            raise Unsuited(
                f"{workflow.owner} has to be made without arguments, but asks for {', '.join(needed)}. "
                "Give each of them a default.",
                workflow.owner,
            )
    arguments_for(workflow.function(), vars(workflow.module), "Hello", workflow.facts)


def _no_entry(source: ExportedFile, entry: str) -> str:
    name = source.path.name
    if entry:
        return f"{name} has no function {entry}: correct the target."
    if source.entries:
        listed = " or ".join(f'"{name}:{each}"' for each in source.entries)
        return f"{name} has several workflows. Name one of them in the target: {listed}."
    return (
        f"{name} has no `async def {ENTRY}`, and no other function that runs an agent: it is no export of Agent "
        "Builder. Copy all of the exported code into the file."
    )
