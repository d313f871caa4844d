"""Ends the runs that their replica left behind, and keeps the table small.

A replica renews the leases of its runs every few seconds. A run whose lease is over belongs to a
process that was killed, or lost the database for longer; whichever replica finds it takes it over,
under a row lock, and ends it as interrupted: what was said is kept, what looked unfinished is settled,
and a retry is offered. It is never executed a second time; the person decides that.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence

from chatkit_link.caller import Caller
from chatkit_link.runs.run import RunStatus
from chatkit_link.store import rates, spending
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database

logger = logging.getLogger(__name__)

#: Seconds that a lease lasts and between its renewals: three may fail before a run is given up.
LEASE = 8.0
RENEWAL = 2.0
#: Seconds between two cleanings.
_CLEANING = 30.0

#: Given a run's owner, its thread and all its events: keeps what is worth keeping and says the last words.
Settle = Callable[[Caller, str, Sequence[bytes]], Awaitable[Sequence[bytes]]]


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
            events_for, runs_for: seconds that the events of a finished run, and the run itself, are kept.
        """
        self._database = database
        self._replica = replica
        self._settle = settle
        self._known = known
        self._events_for = events_for
        self._runs_for = runs_for

    async def run(self) -> None:
        """Look for orphans until cancelled, and clean now and then."""
        cleaned = 0.0
        clock = asyncio.get_running_loop().time
        while True:
            try:
                await self.take_orphans()
                if clock() - cleaned > _CLEANING or not cleaned:
                    cleaned = clock()
                    await rows.clean(self._database, events_for=self._events_for, runs_for=self._runs_for)
                    await rates.clean(self._database)
                    await spending.clean(self._database)
            except Exception as error:  # noqa: BLE001 - it will be tried again in a moment, whatever it was
                logger.warning("recovery waits for the database: %s", error)
            await asyncio.sleep(RENEWAL)

    async def take_orphans(self) -> None:
        """End every run whose lease is over."""
        while orphans := await rows.take_over(self._database, self._replica, self._known(), LEASE):
            for orphan in orphans:
                try:
                    await self._end(orphan)
                except Exception:
                    # Its new lease runs out in turn, and whoever finds it then tries again.
                    logger.exception("run %s could not be ended; it will be tried again", orphan.id)

    async def _end(self, orphan: rows.RunRow) -> None:
        said: list[bytes] = []
        last = 0
        while page := await rows.read_events(self._database, orphan.id, last):
            said += [data for _, data in page]
            last = page[-1][0]
        caller = Caller(tenant=orphan.tenant, user=orphan.user_id, request_id=orphan.id)
        words = await self._settle(caller, orphan.thread_id, said)
        events = [(orphan.id, last + number, data) for number, data in enumerate(words, start=1)]
        await rows.flush(self._database, self._replica, events, [rows.Ended(orphan.id, RunStatus.INTERRUPTED, last)])
        logger.info("run %s was interrupted; %d events are kept", orphan.id, last)
