"""What a loaded workflow has to be, in whatever language it is written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from chatkit_link.agents.agent_builder.control_flow import Flow
from chatkit_link.agents.agent_builder.workflow_input import TurnFacts


class RunnableWorkflow(Protocol):
    """path: of its file. version: identifies its text. steps: the number of places that run an agent.
    flow: which of them can follow which.
    """

    @property
    def path(self) -> Path: ...

    @property
    def version(self) -> str: ...

    @property
    def steps(self) -> int: ...

    @property
    def flow(self) -> Flow: ...

    def named(self, name: str) -> Any:
        """What a name at the top of the file stands for; None where there is none."""
        ...

    async def run(self, text: str, facts: TurnFacts | None = None) -> Any:
        """Answer a message. Only inside an ``Execution``."""
        ...

    def models(self) -> Iterator[tuple[int, str]]:
        """Line and name of each model that the file names."""
        ...

    def line_of(self, error: BaseException) -> int | None:
        """The line of the file in which an error came up, where it is the file's own."""
        ...
