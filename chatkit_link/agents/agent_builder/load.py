"""An exported file, loaded: read, changed in memory, and run as a module of its own. Nothing global is changed."""

import hashlib
import inspect
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from chatkit_link.agents.agent_builder.control_flow import Flow, count_runs
from chatkit_link.agents.agent_builder.guardrails import load_guardrails
from chatkit_link.agents.agent_builder.journal import version_of
from chatkit_link.agents.agent_builder.rewrite import LINK, rewrite
from chatkit_link.agents.agent_builder.shims import Shims
from chatkit_link.agents.agent_builder.source import ENTRY, read_source
from chatkit_link.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class ExportedWorkflow:
    """A loaded file. version: identifies its text. steps: the number of calls of ``Runner.run`` in it.
    flow: which of them can follow which.
    """

    path: Path
    version: str
    steps: int
    module: ModuleType
    flow: Flow

    @property
    def runs_one_agent(self) -> bool:
        """Whether there is one call of ``Runner.run``, and not in a function that is called in several places."""
        return max(self.steps, len(self.flow.sites) - self.steps) < 2

    def named(self, name: str) -> Any:
        """What a name at the top of the file stands for; None where there is none."""
        return vars(self.module).get(name)

    async def run(self, text: str) -> Any:
        """Call ``run_workflow`` with a message. Only inside an ``Execution``."""
        entry: Callable[..., Awaitable[Any]] = getattr(self.module, ENTRY)
        given = getattr(self.module, "WorkflowInput", SimpleNamespace)(input_as_text=text)
        return await (entry(given) if inspect.signature(entry).parameters else entry())

    def line_of(self, error: BaseException) -> int | None:
        """The line of this file in which an error came up."""
        return line_in(self.path, error)


def line_in(path: Path, error: BaseException) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return lines[-1] if lines else None


def load_workflow(path: Path) -> ExportedWorkflow:
    """The workflow in the file ``path``.

    Raises:
        ConfigurationError: it is no export, it is not Python, or it does not load; with the file's own line.
    """
    source = read_source(path)
    if source.entry is None:
        raise ConfigurationError(f"{path.name} has no `async def {ENTRY}`: it is no export of Agent Builder.")
    version, steps = version_of(source.text), count_runs(source)
    # A name of its own, known to imports, so that pydantic finds the types of the file's models.
    name = f"chatkit_link_workflow_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    module = ModuleType(name)
    module.__file__ = str(path)
    guarded = any(origin.startswith("guardrails.") for origin in source.imported.values())
    setattr(module, LINK, Shims(load_guardrails() if guarded else None))
    sys.modules[name] = module
    tree, flow = rewrite(source)
    try:
        exec(compile(tree, str(path), "exec"), module.__dict__)  # noqa: S102  # the operator's own file
    except (Exception, SystemExit) as error:  # whatever a file does when it is loaded
        del sys.modules[name]
        raise ConfigurationError(_sentence(path, error)) from error
    return ExportedWorkflow(path, version, steps, module, flow)


def _sentence(path: Path, error: BaseException) -> str:
    line = line_in(path, error)
    where = f"{path.name}, line {line}" if line else path.name
    if isinstance(error, ModuleNotFoundError):
        package = (error.name or "").partition(".")[0].replace("_", "-")
        return f"{where}: the package {package} is not installed. Install it beside chatkit-link, or remove the import."
    return f"{where}: {type(error).__name__}: {error}"
