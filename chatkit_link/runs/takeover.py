"""Goes on with a run that its replica left behind: crashed, frozen for too long, or handed over.

How it flows: ``recovery.py`` takes the run, so that it is this replica's, and reads its log. What the application
needs to do the same work again is made by a function that it gives (``Continue``); the work is then started here under
the same run id. Its journal has the steps of the replicas before, which are not done again, and its event ids begin in
a range of their own (``log.py``).

A run that has ended three replicas is likely to end the next one as well: it is interrupted then. One that needs what
this replica does not have, such as an agent that a deploy is just adding, is left to the others for a while.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatkit_link.caller import Caller
from chatkit_link.runs.journal import Journal, decode_steps
from chatkit_link.runs.log import RunLog
from chatkit_link.runs.run import Run, Work, now
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.event_log import Log
from chatkit_link.store.patience import PASSING
from chatkit_link.store.replicas import is_alone

logger = logging.getLogger(__name__)

#: Crashes that a run outlives.
CRASHES = 3
#: Runs that are executed here at most once some of others have been taken: the rest waits for another replica.
_MOST = 500
#: Seconds that the application has to make the work: less than its run is this replica's without a renewal.
_PREPARING = 5.0
#: Seconds that other replicas have to go on with a run that this one cannot go on with.
_OTHERS = 10.0


class NotHere(Exception):
    """This replica does not have what goes on with a run, but another one may have it."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A run without a replica. events: all that it has emitted, encoded. steps: of its journal, by key."""

    row: rows.RunRow
    events: Sequence[bytes]
    steps: Mapping[str, Any]


@dataclass(slots=True)
class Continued:
    """What goes on with a run. caller: its owner, as in the request that began it."""

    caller: Caller
    work: Work


#: None: this run cannot be continued, and ends as interrupted. Raises NotHere where another replica may know more.
Continue = Callable[[Orphan], Awaitable[Continued | None]]


class Takeover:
    """Owned by the coordinator."""

    def __init__(
        self,
        database: Database,
        replica: str,
        continues: Continue | None,
        start: Callable[[Run, Work], None],
        executed: Callable[[], int],
    ) -> None:
        """
        Args:
            start: executes a run on this replica, whose row names it.
            executed: how many runs are executed here.
        """
        self._database = database
        self._replica = replica
        self._continues = continues
        self._start = start
        self._executed = executed
        #: This replica stops, and leaves what can go on to others.
        self.stopping = False
        #: Runs that were left to the others -> until when.
        self._left: dict[str, float] = {}

    @property
    def left(self) -> list[str]:
        """The runs that this replica leaves to the others for now."""
        present = now()
        self._left = {run_id: until for run_id, until in self._left.items() if until > present - _OTHERS}
        return [run_id for run_id, until in self._left.items() if until > present]

    @property
    def room(self) -> int:
        """How many runs of others this replica may take now."""
        return max(_MOST - self._executed(), 0)

    @property
    def continues(self) -> bool:
        """Whether this replica goes on with any run."""
        return self._continues is not None

    @property
    def only_cancelled(self) -> bool:
        """Whether only those runs are taken that shall end anyway."""
        return self.stopping and self.continues

    async def go_on(self, row: rows.RunRow, log: Log, taken: float) -> bool:
        """Continue a run that is this replica's now; False where it has to be ended.

        taken: when it was taken over, at the latest (``run.now``).
        """
        if self._continues is None or row.cancel_requested or row.takeovers > CRASHES or row.former_log:
            return False
        try:
            orphan = Orphan(row, log.events, decode_steps(log.steps))
            async with asyncio.timeout(_PREPARING):
                continued = await self._continues(orphan)
        except PASSING:
            raise  # the database is away: it could not be ended either
        except NotHere:
            return await self._leave(row)
        except Exception:
            logger.exception("request %s: run %s cannot be continued", row.request_id, row.id)
            return False
        if continued is None:
            return False
        if self.stopping:
            await self._release(row)
            return True
        logger.info("request %s: run %s goes on here after %d steps", row.request_id, row.id, len(orphan.steps))
        self._start(_adopted(orphan, log, continued.caller, taken), continued.work)
        return True

    async def _leave(self, row: rows.RunRow) -> bool:
        """Give a run to the others; False where there are none, or none of them has wanted it."""
        if row.id in self._left or await is_alone(self._database, self._replica):
            return False
        logger.info("request %s: run %s is left to replicas that have its agent", row.request_id, row.id)
        self._left[row.id] = now() + _OTHERS
        await self._release(row)
        return True

    async def _release(self, row: rows.RunRow) -> None:
        async with self._database.replica() as connection:
            await rows.release(connection, self._replica, [row.id])


def _adopted(orphan: Orphan, log: Log, caller: Caller, taken: float) -> Run:
    row = orphan.row
    return Run(
        caller=caller,
        thread_id=row.thread_id,
        agent=row.agent,
        id=row.id,
        log=RunLog(generation=row.generation, earlier=log.last_id),
        journal=Journal(
            generation=row.generation, earlier=orphan.steps, earlier_events=orphan.events, continuable=True
        ),
        renewed=taken,
    )
