"""What a loaded workflow has to be, in whatever language it is written."""

from pathlib import Path
from typing import Any, Protocol


class RunnableWorkflow(Protocol):
    """path: of its file. version: identifies its text. steps: the number of places that run an agent."""

    @property
    def path(self) -> Path: ...

    @property
    def version(self) -> str: ...

    @property
    def steps(self) -> int: ...

    async def run(self, text: str) -> Any:
        """Answer a message. Only inside an ``Execution``."""
        ...

    def line_of(self, error: BaseException) -> int | None:
        """The line of the file in which an error came up, where it is the file's own."""
        ...
