"""Makes the logs of all runs durable, together.

How it flows: runs append events to their logs in memory; each tick, the writer puts what is new in all
of them into the database, in one statement and one commit, and with it tells the replicas that follow one of
them (``followers.py``), if there are any. A run's end is written with its last events and at once; only then
is it over for its readers.

The invariant: an event in the database has all events before it there too. And since the statement is
fenced, nothing is written into a run that another replica has taken over; such a run is stopped here.
When the database is away, events wait in memory and are written when it is back.
"""

import asyncio
import logging

from chatkit_link.runs.followers import Followers
from chatkit_link.runs.run import Run
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database

logger = logging.getLogger(__name__)

#: Seconds between two commits: what a crash can lose of an answer, and far below the 100 ms we promise.
TICK = 0.025
#: Events in one statement at most; a backlog after an outage goes in pieces.
_MOST = 2000
#: Seconds between attempts while the database is away.
_RETRY = 0.5


class LogWriter:
    """Owned by the coordinator, which awaits ``run`` in a task of its own."""

    def __init__(self, database: Database, replica: str, followers: Followers) -> None:
        self._database = database
        self._replica = replica
        self._followers = followers
        self._runs: dict[str, Run] = {}
        self._ending: dict[str, asyncio.Future[None]] = {}
        self._dirty = asyncio.Event()
        self._urgent = asyncio.Event()
        followers.on_new = self._dirty.set
        #: Since when, by the loop's clock, nothing can be written; None while it can.
        self.stuck_since: float | None = None

    def add(self, run: Run) -> None:
        """Take care of a run's log from now on."""
        self._runs[run.id] = run
        run.log.on_append = self._dirty.set

    async def end(self, run: Run) -> None:
        """Write the rest of the log and the run's status; returns when that is committed."""
        self._ending[run.id] = asyncio.get_running_loop().create_future()
        self._dirty.set()
        self._urgent.set()
        await self._ending[run.id]

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._dirty.wait()
            try:
                async with asyncio.timeout(TICK):
                    await self._urgent.wait()
            except TimeoutError:
                pass
            self._dirty.clear()
            self._urgent.clear()
            try:
                await self._flush()
                self.stuck_since = None
            except Exception as error:  # noqa: BLE001 - whatever the database met: no log may ever stop being written
                logger.warning("the event log waits for the database: %s", error)
                self.stuck_since = self.stuck_since or asyncio.get_running_loop().time()
                self._dirty.set()
                await asyncio.sleep(_RETRY)

    async def _flush(self) -> None:
        events: list[tuple[str, int, bytes]] = []
        upto: dict[str, int] = {}
        for run in self._runs.values():
            fresh = run.log.events[run.log.written : run.log.written + _MOST - len(events)]
            if fresh:
                events += [(run.id, event.id, event.data) for event in fresh]
                upto[run.id] = fresh[-1].id
        ended = [
            rows.Ended(run_id, self._runs[run_id].status, len(self._runs[run_id].log.events))
            for run_id in self._ending
            if upto.get(run_id, self._runs[run_id].log.written) == len(self._runs[run_id].log.events)
        ]
        if not events and not ended and not self._followers.waiting:
            return
        messages = self._followers.messages(upto.keys() | {end.run_id for end in ended})
        ours = await rows.flush(self._database, self._replica, events, ended, messages)
        self._followers.written(events, [end.run_id for end in ended], ours)
        for run_id, last in upto.items():
            self._runs[run_id].log.written = last
        for end in ended:
            del self._runs[end.run_id]
            waiting = self._ending.pop(end.run_id)
            if not waiting.done():  # the waiter is gone where the process is ending
                waiting.set_result(None)
        for run_id in upto.keys() - ours:
            if (lost := self._runs.get(run_id)) is not None:
                # Taken over while we could not renew it, or deleted with its thread.
                lost.lose()
        if len(events) == _MOST or self._ending:
            self._dirty.set()
