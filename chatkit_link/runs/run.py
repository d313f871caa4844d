"""One run on the replica that executes it: its owner, its thread and its event log."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from chatkit_link.caller import Caller
from chatkit_link.runs.journal import Journal
from chatkit_link.runs.log import RunLog

#: Seconds that a lease lasts and between its renewals: three may fail before a run is given up. The readers of a frozen
#: replica hear of it within three seconds; what keeps others from losing theirs is in ``leases.py`` and
#: ``database_uptime.py``.
LEASE = 2.0
RENEWAL = 0.5


class RunStatus(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    #: Its replica stopped or died before it was done.
    INTERRUPTED = "interrupted"
    #: Its replica stops, and another one goes on with it; in the database it is still running.
    HANDED_OVER = "handed_over"


class RunFailed(Exception):
    """The work has emitted its error to the followers; the run ends as failed."""


def new_run_id() -> str:
    return f"run_{uuid.uuid4().hex}"


def now() -> float:
    """Seconds, counting also while the process is frozen and, where the system allows it, while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(slots=True, eq=False)
class Run:
    """caller: its owner. ending: the status that a cancellation of its task will leave it in."""

    caller: Caller
    thread_id: str
    agent: str
    id: str = field(default_factory=new_run_id)
    status: RunStatus = RunStatus.RUNNING
    ending: RunStatus = RunStatus.CANCELLED
    log: RunLog = field(default_factory=RunLog)
    journal: Journal = field(default_factory=Journal)
    task: "asyncio.Task[None] | None" = None
    #: Whether the task has started: one that is cancelled before that never runs, not even its end.
    started: bool = False
    stopped: bool = False
    #: Another replica has ended it, or its thread is gone: further output of it is discarded.
    lost: bool = False
    #: That executes it here; the coordinator's.
    replica: str = ""
    #: When its lease was last taken or renewed, at the latest (``now``).
    renewed: float = field(default_factory=now)

    @property
    def left(self) -> bool:
        """Whether another replica goes on with it, or has ended it."""
        return self.lost or self.status is RunStatus.HANDED_OVER

    @property
    def fence(self) -> tuple[str, str]:
        """What the database knows its writers by (``Caller.fence``)."""
        return self.id, self.replica

    def is_ours(self) -> bool:
        """Asked before anything is read or stored outside of the log.

        A process that was frozen for a while does not know yet that its runs have been ended elsewhere, and perhaps
        tried again. False while the lease may be over; it will be known in a moment. What is stored nevertheless, since
        it was frozen behind this question, is refused by the database (``fence``).

        Raises:
            CancelledError: another replica goes on with the run, or has ended it.
        """
        if self.left:
            raise asyncio.CancelledError
        # Over, it has left something behind that stores, such as a task of a server's own.
        return self.status is not RunStatus.RUNNING or now() - self.renewed <= LEASE

    def lose(self) -> None:
        """Stop without a final event."""
        self.lost = True
        self.stop(RunStatus.INTERRUPTED)

    def stop(self, ending: RunStatus) -> None:
        """Cancel the work, unless it is being stopped already."""
        if self.stopped or self.status is not RunStatus.RUNNING:
            return
        self.stopped, self.ending = True, ending
        if self.task is not None and self.started:
            self.task.cancel()


#: What a run does: it emits into the run's log.
Work = Callable[[Run], Awaitable[None]]
