"""The steps of a workflow's answer in the journal of its run, so that another replica can go on with it.

How it flows: when the answer begins, its journal is recorded as it is then. Each run of an agent, search and check is
recorded when it starts and when it is done, with what the answer displays by then (``kept_display.py``). Whoever goes
on puts these steps into the journal, and the file finds them there as it does after a question. What a run of an agent
does inside is recorded under a scope of its own, so that of a run that was cut only the newest model call is repeated.

The invariant: events and steps are in the run's log in the order in which the workflow made them. It puts both into one
queue, which the responder reads, since it may be ahead of what is emitted.
"""

import asyncio
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from typing_extensions import override

from chatkit_link.agents.steps import Steps, steps_of_answer
from chatkit_link.runs.journal import Journal

_BEGIN = "workflow:begin"
_DONE = "workflow:done:"
_START = "workflow:start:"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be done once all events before it are emitted."""

    write: Callable[[], None]


class QueuedJournal(Journal):
    """Writes into the journal of a run in the order of a queue of events."""

    def __init__(self, journal: Journal, put: Callable[[Entry], None]) -> None:
        async def commit() -> None:
            written = asyncio.get_running_loop().create_future()
            put(Entry(lambda: None if written.done() else written.set_result(None)))
            await written
            await journal.committed()

        super().__init__(
            append=lambda row: put(Entry(lambda: journal.append(row))),
            commit=commit,
            generation=journal.generation,
            earlier=journal.earlier,
            earlier_events=journal.earlier_events,
        )
        self._run = journal
        self.on_record = journal.on_record

    @override
    @contextmanager
    def busy(self) -> Generator[None]:
        with self._run.busy():
            yield

    @property
    @override
    def is_busy(self) -> bool:
        return self._run.is_busy


@dataclass(slots=True)
class KeptSteps:
    """steps: of the answer, behind the events that are on their way."""

    steps: Steps
    _number: int = 0

    @classmethod
    def of_answer(cls, put: Callable[[Entry], None]) -> "KeptSteps":
        """Those of the answer in which this is called. put: into the queue of its events."""
        steps = steps_of_answer()
        return cls(Steps(steps.run_id, QueuedJournal(steps.journal, put), steps.scope, steps.upto))

    @property
    def begun(self) -> dict[str, Any] | None:
        """The journal with which an earlier replica has begun; None where none has."""
        return self.steps.found(_BEGIN)

    def begin(self, value: dict[str, Any]) -> None:
        if self.begun is None:
            self.steps.record(_BEGIN, value)

    def found(self) -> Iterator[tuple[str | None, dict[str, Any]]]:
        """All that was recorded, in its order; with the key of what was done."""
        earlier = cast("dict[str, dict[str, Any]]", self.steps.journal.earlier)
        steps = [(key, value) for key, value in earlier.items() if key.startswith((_DONE, _START)) and value]
        for key, value in sorted(steps, key=lambda step: step[1]["number"]):
            self._number = value["number"]
            yield key.removeprefix(_DONE) if key.startswith(_DONE) else None, value

    def is_done(self, key: str) -> bool:
        """Whether an earlier replica has done it, or displayed it again, in this answer."""
        return self.steps.found(_DONE + key) is not None

    def start_of(self, key: str) -> dict[str, Any] | None:
        """Where it is displayed, if an earlier replica has started it."""
        return self.steps.found(_START + key)

    def record_start(self, key: str, place: dict[str, Any], display: dict[str, Any]) -> None:
        self._record(_START + key, {**place, **display})

    def record(self, key: str, value: Any, display: dict[str, Any]) -> None:
        self._record(_DONE + key, {"value": value, **display})

    def _record(self, key: str, value: dict[str, Any]) -> None:
        self._number += 1
        self.steps.record(key, {"number": self._number, **value})

    def inside(self, key: str) -> Steps:
        """The steps of one run of an agent."""
        return self.steps.within(f"in:{key}")
