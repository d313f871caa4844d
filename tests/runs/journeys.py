"""A run that can go on elsewhere: words that come when a test wants them, each of them a step of its journal."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from chatkit_link.caller import Caller
from chatkit_link.runs.coordinator import Coordinator
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.runs.takeover import Continued, Orphan
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from tests.runs.answers import keep_nothing


class Journey:
    """Words that are allowed, one by one, and the replicas that have carried them. ``said`` has every word once."""

    def __init__(self, words: int) -> None:
        self.words = words
        self.allowed = 0
        self.said: list[str] = []
        self.runs: list[Run] = []
        self.endings: list[RunStatus] = []
        self._changed = asyncio.Condition()

    async def allow(self, upto: int) -> None:
        """Let the words up to this one be said."""
        async with self._changed:
            self.allowed = upto
            self._changed.notify_all()

    async def work(self, run: Run) -> None:
        """Emit the words that no replica before has recorded."""
        self.runs.append(run)
        run.journal.record("begin", {"words": self.words})
        run.journal.continuable = True
        try:
            for number in range(1, self.words + 1):
                if f"word#{number}" not in run.journal.earlier:
                    async with self._changed:
                        await self._changed.wait_for(lambda number=number: self.allowed >= number)
                    self.said.append(f"word {number}")
                    run.log.append(b"word %d" % number)
                    run.journal.record(f"word#{number}", number)
        except asyncio.CancelledError:
            self.endings.append(run.ending)
            raise

    async def go_on(self, orphan: Orphan) -> Continued | None:
        """As the application does."""
        if orphan.row.id not in {run.id for run in self.runs}:
            return None
        return Continued(Caller(orphan.row.tenant, orphan.row.user_id), self.work)

    @asynccontextmanager
    async def replica(self, database: Database, **options: Any) -> AsyncGenerator[Coordinator]:
        """One that can go on with this journey."""
        given = {"drain": 1, "continues": self.go_on, **options}
        async with Coordinator(database, keep_nothing, **given) as coordinator:
            yield coordinator

    async def begin(self, coordinator: Coordinator, caller: Caller, thread: str, *, words: int = 0) -> Run:
        """A run, once so many words of it are said, and in the database."""
        async with coordinator.claim(caller, thread, "agent") as run:
            coordinator.start(run, self.work)
        while run not in self.runs:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await self.allow(words)
        await stored(run, words)
        return run

    @property
    def whole(self) -> list[bytes]:
        return [b"word %d" % number for number in range(1, self.words + 1)]


async def vanish(coordinator: Coordinator, database: Database) -> None:
    """End a replica as a killed process ends: nothing more is written, and its leases are over."""
    await coordinator._supervisor.stop()
    left = list(coordinator._runs.values())
    for run in left:
        run.lost = run.stopped = True
        assert run.task is not None
        while not run.task.done():
            run.task.cancel()
            await asyncio.sleep(0)
    coordinator._runs.clear()
    await rows.renew(database, coordinator.replica, [run.id for run in left], -1)


async def stored(run: Run, events: int) -> None:
    """Wait until so many events of a run, and its steps, are in the database."""
    async with asyncio.timeout(10):
        while run.log.written % 10**9 < events or not run.log.is_written:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
