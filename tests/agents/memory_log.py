"""The log of one run in memory, and what another replica finds in it: the journal of the next generation."""

import json
from dataclasses import dataclass, field
from typing import Any

from chatkit_link.agents.steps import Steps
from chatkit_link.runs.journal import Journal


@dataclass(slots=True)
class RunLog:
    """rows: what was recorded, as it stands in the database. committed: how many of them were awaited.
    doing: of these, when something that must not be cut was begun.
    """

    rows: list[bytes] = field(default_factory=list[bytes])
    committed: int = 0
    takeovers: int = -1

    def steps(self) -> Steps:
        """Of the next replica."""
        self.takeovers += 1

        async def commit() -> None:
            self.committed = len(self.rows)

        return Steps("run_1", Journal(self.rows.append, commit, self.takeovers, self.values))

    @property
    def values(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for row in self.rows:
            key, value = json.loads(row)
            found[key] = value
        return found
