"""The steps of one answer: what models and tools have come to, recorded so that the answer can go on elsewhere.

``current_steps`` is ambient, as the meter of an answer is: the Agents SDK gives no argument to models and tools.
"""

import hashlib
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from chatkit_link.runs.journal import Journal


class Steps:
    """run_id: of the run, from which the ids of its items are made."""

    def __init__(self, run_id: str, journal: Journal, scope: str = "") -> None:
        self.run_id = run_id
        self.journal = journal
        self.scope = scope
        self._made: dict[str, int] = {}
        #: Whether the answer is over: what a task that it has left behind does is recorded nowhere.
        self.ended = False
        self._visits: dict[str, int] = {}

    def visit(self, place: str) -> str:
        """The key of this visit to a place of the answer: ``place#1``, ``place#2`` ..."""
        number = self._visits[place] = self._visits.get(place, 0) + 1
        return f"{place}#{number}"

    def found(self, key: str) -> Any:
        """What an earlier replica has recorded for a step; None for a step that is still to be done."""
        return self.journal.earlier.get(self.scope + key)

    def record(self, key: str, value: dict[str, Any]) -> None:
        self.journal.record(self.scope + key, value)

    def within(self, scope: str) -> "Steps":
        """The steps of a part of this answer, such as one step of a workflow."""
        return Steps(self.run_id, self.journal, f"{self.scope}{scope}/")

    def restart(self) -> None:
        """Count from the beginning: the same work is begun again."""
        self._made = {}

    def new_id(self, prefix: str, place: str) -> str:
        """As ``id_of``, for a place where several items may be made, one after the other."""
        place = self.scope + place
        number = self._made[place] = self._made.get(place, -1) + 1
        return self.id_of(prefix, f"{place}#{number}")

    @property
    def made(self) -> dict[str, int]:
        return {place: count + 1 for place, count in self._made.items()}

    def restore_made(self, made: dict[str, int]) -> None:
        self._made = {place: count - 1 for place, count in made.items()}

    def id_of(self, prefix: str, place: str) -> str:
        """The id of the item that is made at a place of this answer: the same whenever it is made again."""
        digest = hashlib.sha256(f"{self.run_id} {place}".encode()).hexdigest()
        return f"{prefix}_{digest[:32]}"

    @contextmanager
    def running(self) -> Generator[None]:
        """Inside the block, in its task and in those it starts, these are the steps."""
        token = current_steps.set(self)
        try:
            yield
        finally:
            self.ended = True
            current_steps.reset(token)


def steps_of_answer() -> Steps:
    """Those of the answer in which this code runs."""
    return current_steps.get() or Steps(uuid.uuid4().hex, Journal())


current_steps: ContextVar[Steps | None] = ContextVar("current_steps", default=None)
