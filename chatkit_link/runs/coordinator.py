"""Starts the runs that write answers, and lets any replica follow or stop them.

How it flows: a request claims its thread with a row in the database, stores what the user sent, and
starts the run with a piece of work. The work runs in a task of its own, owned here, and emits encoded
events into the run's log, from where the writer makes them durable. An HTTP response is one follower
of that log: it may leave, come back, come to another replica or never have been there, and the work
does not notice. Only a cancel, a lost lease and the end of the process stop it.

When the replica of a run dies or stops, another one goes on with it (``takeover.py``, ``hand_over.py``). What waits
for the end of a run is begun then (``queue_starter.py``).

The invariants: at most one running run per thread, whatever the replicas (a unique index). A run is
executed by the replica whose name is in its row, and by no other. It is over for every reader only
when its end is in the database.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from chatkit_link.caller import Caller
from chatkit_link.errors import BadRequest, Gone, NotFound, ThreadBusy, TooManyRequests, Unavailable
from chatkit_link.runs.fanout import Fanout
from chatkit_link.runs.followers import Followers
from chatkit_link.runs.hand_over import let_go
from chatkit_link.runs.leases import Leases
from chatkit_link.runs.log import Event
from chatkit_link.runs.queue_starter import QueueStarter
from chatkit_link.runs.recovery import Recovery, Settle
from chatkit_link.runs.run import Run, RunFailed, RunStatus, Work
from chatkit_link.runs.stored_runs import StoredRuns
from chatkit_link.runs.supervisor import Supervisor
from chatkit_link.runs.takeover import Continue, Takeover
from chatkit_link.runs.wakeups import Wakeups
from chatkit_link.runs.writer import LogWriter
from chatkit_link.store import event_log
from chatkit_link.store import runs as rows
from chatkit_link.store.concurrency_slots import Claim
from chatkit_link.store.engine import Database
from chatkit_link.store.replicas import new_replica
from chatkit_link.translations import Localized

logger = logging.getLogger(__name__)

#: ``Retry-After`` of a user with too many running runs, in seconds.
_RETRY_FULL = 5

#: Events at the end of a run among which its error is: the notices about what the answer used follow it.
_LAST_EVENTS = 8

#: Seconds in which nothing could be stored after which new questions are refused.
_STUCK = 0.7
#: Seconds that a claim's own lease lasts: it is not renewed before its statement has come back.
_CLAIM = 8.0
#: Seconds within which this replica is seen by the others.
_START = 8.0
#: Seconds within which a cancelled run is over, even if its replica is dead.
_STOPPING = 14.0
#: Seconds that runs which were stopped at the end get to store what they have.
_LAST = 2.0


@dataclass(frozen=True, slots=True)
class Attached:
    """A run that can be followed. follow: from an event id onwards, with empty batches while it is idle."""

    id: str
    status: str
    follow: Callable[..., AsyncIterator[Sequence[Event]]]


class Coordinator:
    """Starts, finds, follows and cancels runs. An async context manager: leaving it ends every run."""

    def __init__(
        self,
        database: Database,
        settle: Settle,
        *,
        drain: float = 10.0,
        events_for: float = 3600.0,
        runs_for: float = 7 * 86400.0,
        at_once: int = 0,
        fanout: Any = None,
        continues: Continue | None = None,
    ) -> None:
        """
        Args:
            settle: ends what a dead replica left unfinished (``recovery.py``).
            continues: goes on with it instead, where it can (``takeover.py``).
            drain: seconds that running answers get to finish when the server stops, or to a moment at which they can
                be handed over.
            events_for, runs_for: seconds that the events of a finished run, and the run itself, are stored.
            at_once: running runs that one user may have; 0 is no limit.
            fanout: a client of Redis for events that are read on other replicas (``connect_fanout``); the database
                carries them if None.
        """
        self._at_once = at_once
        self._events_for = events_for
        self.replica = new_replica(locks=database.listens)
        self._database = database
        self._drain = drain
        self._runs: dict[str, Run] = {}
        self._draining = False
        self._stopping = False
        self._fanout = None if fanout is None else Fanout(fanout, self.replica, database.activity)
        followers = Followers(self._fanout)
        self._writer = LogWriter(database, self.replica, followers)
        self._wakeups = Wakeups(database, self.replica, self._hear_cancel, followers, self._fanout)
        self._stored = StoredRuns(database, self._wakeups, self._runs.get, lambda: self._draining)
        self._stack = ExitStack()
        self._leases = Leases(
            database, self.replica, lambda: list(self._runs.values()), lambda: self._wakeups.listening
        )
        self._takeover = Takeover(database, self.replica, continues, self._adopt, lambda: len(self._runs))
        self.queue = QueueStarter(database, lambda: self._draining)
        self._writer.on_queued = self.queue.notice
        self._recovery = Recovery(
            database,
            self.replica,
            settle,
            self._takeover,
            self.queue,
            lambda: list(self._runs),
            events_for=events_for,
            runs_for=runs_for,
        )
        self._wakeups.on_handed_over = self._recovery.notice_hand_over
        self._ends: set[asyncio.Task[None]] = set()
        #: The runs that others go on with.
        self.handed_over: set[str] = set()
        self._supervisor = Supervisor()

    async def __aenter__(self) -> Self:
        """Raises Unavailable if this replica cannot announce itself to the others."""
        self._database.activity.note()  # however long ago this server began to start
        self._supervisor.start("the writer", self._writer.run)
        self._supervisor.start("the listener", self._wakeups.run)
        try:
            async with asyncio.timeout(_START):
                await self._wakeups.seen.wait()
        except TimeoutError:
            await self._supervisor.stop()
            raise Unavailable("The database has no connection to listen on: raise its max_connections.") from None
        busy = self._database.activity.awake_while(lambda: bool(self._runs) or self._wakeups.watching)
        self._stack.enter_context(busy)
        self._supervisor.start("the reports of followed runs", self._wakeups.report_follows)
        if self._fanout is not None:
            self._supervisor.start("the fan-out", self._fanout.run)
        self._supervisor.start("the recovery", self._recovery.run)
        self._supervisor.start("the taking of what is handed over", self._recovery.take_released)
        self._supervisor.start("the renewal of leases", self._leases.run)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
        await self.queue.close()
        if self._ends:
            await asyncio.wait(self._ends, timeout=_LAST)
        for task in self._ends:
            task.cancel()
        await asyncio.gather(*self._ends, return_exceptions=True)
        await self._supervisor.stop()
        self._stack.close()

    @property
    def closing(self) -> bool:
        """Whether the server is about to stop; streams that have no end of their own end then."""
        return self._draining

    def announce_stop(self) -> None:
        """``check`` fails from now on, so that nobody is sent here any more; whoever still comes gets an answer."""
        self._stopping = True

    def check(self) -> None:
        """Raises Unavailable while something that every answer needs is broken here, and once the server stops."""
        if self._stopping or self._draining:
            raise Unavailable("The server is stopping.")
        if unhealthy := self._supervisor.unhealthy:
            raise Unavailable(
                f"A background task failed and was restarted: {', '.join(unhealthy)}. The log has the rest."
            )
        if self._is_stuck:
            raise Unavailable("Answers cannot be stored. The log states why.")

    @property
    def degraded(self) -> str | None:
        """What is broken here without an answer that suffers from it."""
        if self._fanout is not None and self._fanout.degraded:
            return "Redis cannot be used; events for readers on other replicas come from the database meanwhile."
        return None

    @property
    def _is_stuck(self) -> bool:
        """Whether what answers emit cannot be stored, for longer than another attempt takes."""
        since = self._writer.stuck_since
        return self._writer.hangs or (since is not None and asyncio.get_running_loop().time() - since > _STUCK)

    @asynccontextmanager
    async def claim(
        self, caller: Caller, thread_id: str, agent: str, *, retried: str | None = None, known: bytes | None = None
    ) -> AsyncGenerator[Run]:
        """Take the thread for a new run; inside the block, store the request and then ``start`` it.

        ``retried`` names the message that it answers again, for followers of the run. ``known`` is what another replica
        needs to go on with the run if this one ends before it has logged anything; it is in the run's row.

        A block that is left without ``start``, by an error for instance, gives the thread back.

        Raises:
            ThreadBusy: an answer is still being written on this thread.
            TooManyRequests: this user has as many running runs as allowed.
            Unavailable: the server is stopping.
        """
        if self._draining:
            raise Unavailable(Localized("server_restarting"))
        # The little that a question takes may be stored by chance, but its answer would not be.
        if self._is_stuck or self._database.health.is_lacking:
            raise Unavailable(Localized("database_unavailable"))
        run = Run(caller=caller, thread_id=thread_id, agent=agent)
        claim = await self._insert(run, retried, known)
        # What is in its way may be nobody's any more.
        if claim is not Claim.TAKEN and not self._is_in_the_way_of(run) and await self._recovery.catch_up():
            if self._draining:
                raise Unavailable(Localized("server_restarting"))
            claim = await self._insert(run, retried, known)
        if claim is Claim.BUSY:
            raise ThreadBusy(Localized("thread_busy"))
        if claim is Claim.FULL:
            raise TooManyRequests(Localized("too_many_answers", most=self._at_once), retry_after=_RETRY_FULL)
        self._add(run)
        try:
            if self._draining:
                raise Unavailable(Localized("server_restarting"))
            yield run
        finally:
            if run.task is None:
                run.status = RunStatus.FAILED
                # The request waits for that only so long: it has its answer, also while the database is away.
                end = asyncio.create_task(self._end(run))
                self._ends.add(end)
                end.add_done_callback(self._ends.discard)
                await asyncio.wait([end], timeout=1)

    def _is_in_the_way_of(self, run: Run) -> bool:
        """Whether what this replica executes is reason enough to refuse that run."""
        own = [other.thread_id for other in self._runs.values() if other.caller.owner == run.caller.owner]
        return run.thread_id in own or 0 < self._at_once <= len(own)

    async def _insert(self, run: Run, retried: str | None, known: bytes | None) -> Claim:
        async with self._database.session(run.caller) as session:
            return await rows.insert_run(
                session,
                run.id,
                run.thread_id,
                run.agent,
                self.replica,
                _CLAIM,
                retried=retried,
                claim=known,
                at_once=self._at_once,
            )

    def _add(self, run: Run) -> None:
        self._runs[run.id] = run
        run.replica = self.replica
        run.log.read_stored = partial(self._stored.read, run)
        self._writer.add(run)
        run.journal.append = run.log.append_step
        run.journal.commit = partial(self._writer.commit, run)

    def _adopt(self, run: Run, work: Work) -> None:
        """Go on with a run of another replica, and let those here who follow it do so here."""
        self._add(run)
        self.start(run, work)
        self._wakeups.wake(run.id)

    def start(self, run: Run, work: Work) -> None:
        """Run the work in a task of its own."""
        run.task = asyncio.create_task(self._carry_out(run, work), name=run.id)

    async def _carry_out(self, run: Run, work: Work) -> None:
        run.started = True
        try:
            if run.stopped:
                raise asyncio.CancelledError
            await work(run)
            run.status = RunStatus.COMPLETED
        except asyncio.CancelledError:
            # The task ends here, however it was cancelled; the work has already emitted its last events.
            run.status = run.ending
        except RunFailed:
            run.status = RunStatus.FAILED
        except BaseException:  # out of the task it would leave the run running, or end the process
            run.status = RunStatus.FAILED
            logger.exception("run %s failed", run.id)
        await self._end(run)

    async def _end(self, run: Run) -> None:
        await self._writer.end(run)
        if run.status is RunStatus.HANDED_OVER:
            self.handed_over.add(run.id)
            logger.info(
                "request %s: run %s is handed over: another replica, or the next start, goes on with it",
                run.caller.request_id,
                run.id,
            )
        run.log.close()
        del self._runs[run.id]

    async def attach(self, caller: Caller, run_id: str) -> Attached:
        """Find a run to follow, here or on another replica.

        Raises:
            NotFound: an unknown run, or another user's.
            Gone: it ended long ago, and its events are no longer stored.
        """
        run = self._runs.get(run_id)
        if run is not None and run.caller.owner == caller.owner:
            return Attached(run.id, run.status, partial(self.follow, run))
        row = await self._find(caller, run_id)
        if row.ended_for is not None and row.ended_for > self._events_for:
            raise Gone(Localized("answer_not_kept"))
        return Attached(row.id, row.status, partial(self._stored.follow, row.tenant, row.id))

    async def follow(
        self, run: Run, after: int = 0, *, idle_after: float | None = None
    ) -> AsyncIterator[Sequence[Event]]:
        """A run of this replica; where another one goes on with it or has ended it, also that."""
        async for batch in run.log.follow(after, idle_after=idle_after):
            after = batch[-1].id if batch else after
            yield batch
        if run.left:
            async for batch in self._stored.follow(run.caller.tenant, run.id, after, idle_after=idle_after):
                yield batch

    async def latest_on(self, caller: Caller, thread_id: str) -> rows.RunRow | None:
        """The newest run on one of the caller's threads; the running one, if one is."""
        async with self._database.session(caller) as session:
            return await rows.find_latest(session, thread_id)

    async def last_events(self, run: rows.RunRow) -> list[bytes]:
        """The last few events of a run that is over, as far as they are still stored, the latest first."""
        # What recovery adds stands behind the last event of the run itself.
        events = await event_log.read_events(self._database, run.tenant, run.id, run.last_id - _LAST_EVENTS)
        return [data for _, data in reversed(events)]

    async def running_on(self, caller: Caller, thread_id: str) -> str | None:
        """The id of the run that is running on one of the caller's threads."""
        latest = await self.latest_on(caller, thread_id)
        return latest.id if latest is not None and latest.status == RunStatus.RUNNING else None

    async def cancel(self, caller: Caller, run_id: str) -> str:
        """Stop a run on any replica, and wait until it has stored what was written; its status then.

        Raises:
            NotFound: an unknown run, or another user's.
        """
        run = self._runs.get(run_id)
        if run is not None and run.caller.owner == caller.owner and run.task is not None:
            run.stop(RunStatus.CANCELLED)
            ended, _ = await asyncio.wait([run.task], timeout=_STOPPING)
            if not ended:  # a custom agent may suppress the cancellation
                raise _not_stopped()
            if not run.left:
                return run.status
        row = await self._find(caller, run_id)
        if row.status == RunStatus.RUNNING:
            async with self._database.session(caller) as session:
                if await rows.request_cancel(session, run_id):
                    self._recovery.notice_hand_over()
            if not await self._stored.wait_until_over(run_id, within=_STOPPING):
                raise _not_stopped()
        return (await self._find(caller, run_id)).status

    async def forget_thread(self, caller: Caller, thread_id: str) -> None:
        """Stop whatever runs on the caller's deleted thread, and delete the events of its runs."""
        run_id = await self.running_on(caller, thread_id)
        if run_id is not None:
            await self.cancel(caller, run_id)
        async with self._database.session(caller) as session:
            await rows.delete_runs(session, thread_id)

    async def close(self, *, drain: float | None = None, finish: bool = False) -> None:
        """Refuse new runs, hand over the running ones, and interrupt those that cannot go on within the drain time.

        drain: seconds, in place of those of this coordinator.
        finish: the running ones have all of that time for their own end before they are handed over.
        """
        first, self._draining = not self._draining, True
        self._takeover.stopping = True
        if first and self._runs:
            logger.info("stopping: running answers, to be finished or handed over: %d", len(self._runs))
        await let_go(list(self._runs.values()), self._drain if drain is None else drain, finish=finish)
        if tasks := [run.task for run in self._runs.values() if run.task is not None]:
            _, stuck = await asyncio.wait(tasks, timeout=_LAST)
            for task in stuck:  # the database is away: another replica, or the next start, goes on with these
                task.cancel()

    async def _find(self, caller: Caller, run_id: str) -> rows.RunRow:
        if not run_id.startswith("run_") or len(run_id) > 64:
            raise BadRequest("That is not the id of a run.")
        async with self._database.session(caller) as session:
            row = await rows.find_run(session, run_id)
        if row is None:
            raise NotFound("There is no such run, or it is not yours.")
        return row

    def _hear_cancel(self, run_id: str) -> None:
        if (run := self._runs.get(run_id)) is not None:
            run.stop(RunStatus.CANCELLED)


def _not_stopped() -> Unavailable:
    return Unavailable(Localized("stop_failed"))
