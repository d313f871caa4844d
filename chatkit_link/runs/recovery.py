"""Takes the runs that their replica left behind, to go on with them or to end them, and deletes old ones.

A replica that was killed is missed at once: the lock it held is free (``store/replicas.py``). Since a
living one may lose its connection for a moment, it is given up only when it was absent at two looks in a
row, and renewed no lease in between; while its connection is cut, it tries five times a second to open it
again, and renews four times a second. Where the lock shows nothing, because the process is frozen, its machine
is gone or a pooler stands in between, the leases do: a replica renews those of its runs twice a second
(``leases.py``), and a run whose lease has expired is an orphan, unless it was the database that stood still
(``database_uptime.py``).

Whichever replica finds such a run takes it over, under a row lock, and goes on with it (``takeover.py``). Where that
cannot be, it ends the run as interrupted: its output is stored, what looked unfinished is settled, and a retry is
offered. One that was asked to stop ends as cancelled. The events that end it have ids of their own, above any that the
dead replica may have given out, and are written in one statement with the end: so no id ever names two events. A run
that was handed over is taken as soon as its replica says so.

The same look finds messages that wait in a thread whose answer has ended, where its replica has died since
(``queue_starter.py``).

A replica rests while nobody needs the database (``store/activity.py``). If the others rest when one is killed, its
runs are ended by the first that wakes or starts, which looks before it does anything else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from math import inf
from typing import Any

from chatkit_link.caller import Caller
from chatkit_link.runs.database_uptime import DatabaseUptime
from chatkit_link.runs.journal import decode_steps
from chatkit_link.runs.log import OWN_IDS
from chatkit_link.runs.queue_starter import QueueStarter
from chatkit_link.runs.run import LEASE, RunStatus, now
from chatkit_link.runs.takeover import Takeover
from chatkit_link.store import event_log, left_behind, old_runs, rates, sessions, shares, spending
from chatkit_link.store import runs as rows
from chatkit_link.store.activity import DAY
from chatkit_link.store.engine import Database
from chatkit_link.store.event_log import Batch, Ended, Log
from chatkit_link.store.event_partitions import keep_partitions
from chatkit_link.store.notifications import CHANNEL, Message
from chatkit_link.store.outage_log import OutageLog
from chatkit_link.store.patience import PASSING

logger = logging.getLogger(__name__)

#: Seconds between two looks. Two must agree that a replica is gone, so a kill is noticed within one to two of these.
LOOK = 0.5
#: Seconds that a commit takes at most when none has to wait.
_QUICK = 0.05
#: Seconds that a replica has to go on with a run that it has taken over, or to end it, before another one does.
_SETTLING = 8.0
#: Runs that are taken at once, beside whatever else needs the database.
_AT_ONCE = 5
#: Seconds between two cleanings of the event log and the runs, and of what is short-lived.
_CLEANING = 600.0
_SWEEPING = 30.0

#: Given a run's owner, the run, all its events and its steps: stores what is worth storing, returns the events that
#: end it.
Settle = Callable[[Caller, rows.RunRow, Sequence[bytes], Mapping[str, Any]], Awaitable[Sequence[bytes]]]


class Recovery:
    """Owned by the coordinator, which awaits ``run`` in a task of its own."""

    def __init__(
        self,
        database: Database,
        replica: str,
        settle: Settle,
        takeover: Takeover,
        queue: QueueStarter,
        known: Callable[[], Collection[str]],
        *,
        events_for: float,
        runs_for: float,
    ) -> None:
        """
        Args:
            queue: begins what waits for the end of a run.
            known: the ids of the runs that are executed here.
            events_for, runs_for: seconds that the events of a finished run, and the run itself, are stored.
        """
        self._database = database
        self._replica = replica
        self._settle = settle
        self._takeover = takeover
        self._queue = queue
        self._known = known
        self._events_for = events_for
        self._runs_for = runs_for
        self._absent: dict[str, datetime] = {}
        self._looked_at = -inf
        self._looked = asyncio.Event()
        self._was_steady = False
        self._uptime = DatabaseUptime()
        self._outage = OutageLog(logger, "recovery waits for the database", "recovery goes on")
        self._handed_over = asyncio.Event()

    async def run(self) -> None:
        """Look for orphans until cancelled, and clean now and then."""
        clock = asyncio.get_running_loop().time
        clean_at = sweep_at = clock()
        rested = False
        while True:
            try:
                await self._look()
                self._outage.worked()
                if clock() >= sweep_at:
                    sweep_at = clock() + _SWEEPING
                    await self._sweep()
                if clock() >= clean_at:
                    clean_at = clock() + _CLEANING
                    if await self._clean():
                        clean_at = clock()  # the rest waits for the next look: orphans come before cleaning
            except Exception as error:  # noqa: BLE001 - it will be tried again in a moment, whatever it was
                self._outage.failed(error)
                self._absent = {}  # no replica could come back while there was no database
                self._uptime.record_failure()
            self._looked_at = clock()
            self._looked.set()
            # What is stored for an hour goes when that is over, also where nobody comes back; then once a day.
            rest = DAY if rested else max(self._events_for, _CLEANING) + _CLEANING
            rested = await self._database.activity.pause(LOOK, rest=rest)

    async def catch_up(self) -> bool:
        """After a start or a rest, wait until orphans were looked for; whether there was anything to wait for.

        Only then is a run that the database calls running in truth executed somewhere.
        """
        if self._is_up_to_date:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(LEASE + 3 * LOOK):
                while not self._is_up_to_date:
                    self._looked.clear()
                    await self._looked.wait()
        return True

    @property
    def _is_up_to_date(self) -> bool:
        return self._was_steady and asyncio.get_running_loop().time() - self._looked_at < 2 * LOOK

    async def _look(self) -> None:
        """Take the runs of those that were absent last time, are so still, and renewed nothing in between."""
        began = now()
        running, waits = await left_behind.look(self._database)
        self._uptime.record_answer(began)
        before, self._absent = self._absent, {row.replica: row.lease_until for row in running if row.absent}
        gone = {replica for replica, _ in before.items() & self._absent.items()} - {self._replica}
        released = any(row.replica == rows.RELEASED for row in running)
        late = self._uptime.covers_lease and any(row.expired for row in running if row.replica != rows.RELEASED)
        if late:  # a disk that stands still keeps out who renews, and not who only looks
            await self._commit()
            late = self._uptime.covers_lease
        self._was_steady = self._uptime.covers_lease
        if gone or late or released:
            await self.take_orphans(gone=gone, late=late)
        if waits:
            await self._queue.look()

    async def _commit(self) -> None:
        """Let a commit reach the disk, and those that waited for it as well, among them the renewals of others."""
        began = now()
        await rows.store_something(self._database)
        self._uptime.record_answer(began)
        if now() - began > _QUICK:
            await asyncio.sleep(LOOK / 2)

    async def _clean(self) -> bool:
        """Whether there is more to do."""
        await keep_partitions(self._database, events_for=self._events_for)
        await shares.clean(self._database)
        return await old_runs.clean(self._database, events_for=self._events_for, runs_for=self._runs_for)

    async def _sweep(self) -> None:
        await rates.clean(self._database)
        await sessions.clean(self._database)
        await spending.clean(self._database)

    def notice_hand_over(self) -> None:
        """A run is nobody's, and may be taken at once."""
        self._handed_over.set()

    async def take_released(self) -> None:
        """Take runs that are handed over, as soon as that is heard of, until cancelled."""
        while True:
            await self._handed_over.wait()
            self._handed_over.clear()
            try:
                await self.take_orphans(late=False)
            except PASSING as error:
                logger.debug("what was handed over is taken at the next look: %s", error)

    async def take_orphans(self, *, gone: Collection[str] = (), late: bool = True) -> None:
        """Take every run that was handed over, whose replica is gone or, with ``late``, whose lease is over."""
        while room := self._takeover.room:
            asked = now()
            orphans = await rows.take_over(
                self._database,
                self._replica,
                self._known(),
                _SETTLING,
                left=self._takeover.left,
                gone=gone,
                late=late,
                continues=self._takeover.continues,
                only_cancelled=self._takeover.only_cancelled,
                limit=min(room, _AT_ONCE),
            )
            if not orphans:
                return
            await asyncio.gather(*(self._try(orphan, asked) for orphan in orphans))

    async def _try(self, orphan: rows.RunRow, taken: float) -> None:
        try:
            log = await event_log.read_log(self._database, orphan.tenant, orphan.id, OWN_IDS)
            if not await self._takeover.go_on(orphan, log, taken):
                await self._end(orphan, log)
        except Exception as error:
            # Its new lease runs out in turn, and the replica that finds it then tries again.
            expected = isinstance(error, PASSING)  # the database is away
            logger.log(
                logging.WARNING if expected else logging.ERROR,
                "request %s: run %s could not be ended; it will be tried again: %s",
                orphan.request_id,
                orphan.id,
                error,
                exc_info=not expected,
            )

    async def _end(self, orphan: rows.RunRow, log: Log) -> None:
        request = orphan.request_id or orphan.id
        caller = Caller(tenant=orphan.tenant, user=orphan.user_id, request_id=request)
        status = RunStatus.CANCELLED if orphan.cancel_requested else RunStatus.INTERRUPTED
        steps: dict[str, Any] = {}
        with suppress(ValueError):  # unreadable ones must not leave its thread busy for ever
            steps = decode_steps(log.steps)
        ending = await self._settle(caller, orphan, log.events, steps)
        first = orphan.generation * OWN_IDS + 1
        batches = [Batch(orphan.id, number, [data]) for number, data in enumerate(ending, start=first)]
        async with self._database.replica() as connection:
            flushed = await event_log.flush(
                connection,
                self._replica,
                batches,
                [Ended(orphan.id, status, log.last_id)],
                notify=[Message(CHANNEL, orphan.id)],  # its readers' replicas follow it at the one that is gone
                former=orphan.former_log,
            )
        logger.info("request %s: run %s was %s; %d events are stored", request, orphan.id, status, len(log.events))
        self._queue.notice(flushed.queued)
