"""Ends the runs that their replica left behind, and deletes old ones.

A replica that was killed is missed at once: the lock it held is free (``store/replicas.py``). Since a
living one may lose its connection for a moment, it is given up only when it was absent at two looks in a
row, and renewed no lease in between; while its connection is cut, it tries five times a second to open it
again, and renews four times a second. Where the lock shows nothing, because the process is frozen, its machine
is gone or a pooler stands in between, the leases do: a replica renews those of its runs twice a second
(``leases.py``), and a run whose lease has expired is an orphan, unless it was the database that stood still
(``sight.py``).

Whichever replica finds such a run takes it over, under a row lock, and ends it as interrupted: its output
is stored, what looked unfinished is settled, and a retry is offered. It is never executed a second time
unless the user asks for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime

from chatkit_link.caller import Caller
from chatkit_link.runs.run import RunStatus, now
from chatkit_link.runs.sight import Sight
from chatkit_link.store import rates, sessions, spending
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.replicas import absent_replicas

logger = logging.getLogger(__name__)

#: Seconds between two looks. Two must agree that a replica is gone, so a kill is noticed within one to two of these.
LOOK = 0.5
#: Seconds that a replica has to end a run that it has taken over, before another one does.
_SETTLING = 8.0
#: Seconds between two cleanings.
_CLEANING = 30.0

#: Given a run's owner, the run and all its events: stores what is worth storing, returns the events that end it.
Settle = Callable[[Caller, rows.RunRow, Sequence[bytes]], Awaitable[Sequence[bytes]]]


class Recovery:
    """Owned by the coordinator, which awaits ``run`` in a task of its own."""

    def __init__(
        self,
        database: Database,
        replica: str,
        settle: Settle,
        known: Callable[[], Collection[str]],
        *,
        events_for: float,
        runs_for: float,
    ) -> None:
        """
        Args:
            known: the ids of the runs that are executed here.
            events_for, runs_for: seconds that the events of a finished run, and the run itself, are stored.
        """
        self._database = database
        self._replica = replica
        self._settle = settle
        self._known = known
        self._events_for = events_for
        self._runs_for = runs_for
        self._absent: dict[str, datetime] = {}
        self._sight = Sight()

    async def run(self) -> None:
        """Look for orphans until cancelled, and clean now and then."""
        clock = asyncio.get_running_loop().time
        clean_at = clock()
        while True:
            try:
                gone = await self._look()
                await self.take_orphans(gone=gone, late=self._sight.is_steady)
                if clock() >= clean_at:
                    clean_at = clock() + _CLEANING
                    if await rows.clean(self._database, events_for=self._events_for, runs_for=self._runs_for):
                        clean_at = clock()  # the rest waits for the next look: orphans come before cleaning
                    await rates.clean(self._database)
                    await sessions.clean(self._database)
                    await spending.clean(self._database)
            except Exception as error:  # noqa: BLE001 - it will be tried again in a moment, whatever it was
                logger.warning("recovery waits for the database: %s", error)
                self._absent = {}  # no replica could come back while there was no database
                self._sight.lose()
            await asyncio.sleep(LOOK)

    async def _look(self) -> set[str]:
        """The replicas that were absent last time, are so still, and renewed nothing in between."""
        began = now()
        before, self._absent = self._absent, await absent_replicas(self._database)
        self._sight.look(began)
        return {replica for replica, _ in before.items() & self._absent.items()} - {self._replica}

    async def take_orphans(self, *, gone: Collection[str] = (), late: bool = True) -> None:
        """End every run whose replica is gone and, with ``late``, whose lease is over."""
        while orphans := await rows.take_over(
            self._database, self._replica, self._known(), _SETTLING, gone=gone, late=late
        ):
            await asyncio.gather(*(self._try_to_end(orphan) for orphan in orphans))

    async def _try_to_end(self, orphan: rows.RunRow) -> None:
        try:
            await self._end(orphan)
        except Exception:
            # Its new lease runs out in turn, and the replica that finds it then tries again.
            logger.exception("run %s could not be ended; it will be tried again", orphan.id)

    async def _end(self, orphan: rows.RunRow) -> None:
        events: list[bytes] = []
        last = 0
        while page := await rows.read_events(self._database, orphan.id, last):
            events += [data for _, data in page]
            last = page[-1][0]
        caller = Caller(tenant=orphan.tenant, user=orphan.user_id, request_id=orphan.id)
        last_events = await self._settle(caller, orphan, events)
        last_rows = [(orphan.id, last + number, data) for number, data in enumerate(last_events, start=1)]
        await rows.flush(self._database, self._replica, last_rows, [rows.Ended(orphan.id, RunStatus.INTERRUPTED, last)])
        logger.info("run %s was interrupted; %d events are stored", orphan.id, last)
