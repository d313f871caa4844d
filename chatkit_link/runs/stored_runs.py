"""Runs as the database has them: followed here, and executed by another replica, or by none any more.

A follower reads pages of events and then waits until the run may have changed (``wakeups.py``). It goes on while the
database is away, as the run itself does. Where this replica takes the run over meanwhile, it reads on in memory.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress

from chatkit_link.errors import Unavailable
from chatkit_link.runs.log import Event
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.runs.wakeups import Wakeups
from chatkit_link.store import event_log
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database

#: Seconds before the database is asked again that was away.
_AWAY = 0.5
#: Seconds that a replica which stops waits for another one to take a run that is read here.
_TAKEN = 1.5


class Untaken(Exception):
    """This replica stops, and no other one goes on with the run: the rest is read from one that starts later."""


class StoredRuns:
    """Owned by the coordinator. Whoever asks for a run has found it as its owner's."""

    def __init__(
        self,
        database: Database,
        wakeups: Wakeups,
        executed: Callable[[str], Run | None],
        stopping: Callable[[], bool],
    ) -> None:
        """
        Args:
            executed: gives a run that is executed here.
            stopping: whether this replica stops.
        """
        self._database = database
        self._wakeups = wakeups
        self._executed = executed
        self._stopping = stopping

    async def follow(
        self, tenant: str, run_id: str, after: int = 0, *, idle_after: float | None = None
    ) -> AsyncIterator[Sequence[Event]]:
        """A run's events behind id ``after``, until it is over; an empty batch after so many seconds without one.

        Raises:
            Untaken: there is no replica to follow it at.
        """
        clock = asyncio.get_running_loop().time
        last_sent = had_replica = clock()
        with self._wakeups.watch(run_id) as watch:
            while True:
                if (run := self._executed(run_id)) is not None and not run.left:
                    async for batch in run.log.follow(after, idle_after=idle_after):
                        after, last_sent = batch[-1].id if batch else after, clock()
                        yield batch
                    if not run.left:
                        return
                try:
                    status, _, replica = await rows.run_state(self._database, run_id)
                    watch.executed_by(replica)
                    while page := await event_log.read_events(self._database, tenant, run_id, after):
                        after, last_sent = page[-1][0], clock()
                        yield [Event(number, data) for number, data in page]
                    if status != RunStatus.RUNNING:
                        return
                    if replica != rows.RELEASED or not self._stopping():
                        had_replica = clock()
                    elif clock() - had_replica > _TAKEN:
                        raise Untaken
                    while events := await watch.wait(after, idle_after=idle_after):
                        after, last_sent = events[-1].id, clock()
                        yield events
                except Unavailable:
                    await asyncio.sleep(_AWAY)
                if idle_after is not None and clock() - last_sent >= idle_after:
                    last_sent = clock()
                    yield []

    async def read(self, run: Run, after: int) -> Sequence[Event]:
        """The next few events of a run of this replica that have left its log; none for a moment, if need be."""
        with suppress(Unavailable):
            if page := await event_log.read_events(self._database, run.caller.tenant, run.id, after):
                return [Event(number, data) for number, data in page]
        await asyncio.sleep(_AWAY)
        return []

    async def wait_until_over(self, run_id: str, *, within: float) -> bool:
        """Wait for the end of a run, also by the recovery of one whose replica is dead. False after these seconds."""
        with self._wakeups.watch(run_id) as watch, suppress(TimeoutError):
            async with asyncio.timeout(within):
                while (state := await rows.run_state(self._database, run_id)).status == RunStatus.RUNNING:
                    watch.executed_by(state.replica)
                    await watch.wait()
                return True
        return False
