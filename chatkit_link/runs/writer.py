"""Makes the logs of all runs durable, together.

How it flows: runs append events to their logs in memory; each tick, the writer puts what is new in all
of them into the database, in one statement and one commit, and with it tells the replicas that follow one of
them (``followers.py``), if there are any. A run's end is written with its last events and at once; only then
is it over for its readers. So is its hand-over, which another replica hears of. Steps of a run's journal are written
in the same rows; who must know that one is on the disk (``commit``) has the next flush at once, together with all
others that wait.

The invariants: an event or a step in the database has all events and steps before it there too. And since the
statement is fenced, nothing is written into a run that another replica has taken over; such a run is stopped here.
When the database is away, events wait in memory and are written when it is back.

A commit in the middle of an answer does not wait for the disk of the database, but once a second, and at an end, one
does, which covers those before it. Until then the events stay in memory too: when a connection is lost, PostgreSQL
itself may have crashed and forgotten the last commits, and what was not on the disk is written again. Behind a pooler
such a crash may stay unnoticed, so there every commit waits.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from chatkit_link.runs.followers import Followers
from chatkit_link.runs.log import Step
from chatkit_link.runs.run import Run, RunStatus
from chatkit_link.store import event_log
from chatkit_link.store import runs as rows
from chatkit_link.store.engine import Database
from chatkit_link.store.event_log import Batch, Ended, Place
from chatkit_link.store.outage_log import OutageLog

logger = logging.getLogger(__name__)

#: Seconds between two commits, and longer for each run that is executed here, up to so many: this is what a crash can
#: lose of an answer, and less than the 100 ms we promise.
TICK = 0.025
_TICK_EACH = 0.001
_TICK_MOST = 0.075
#: Seconds after which a commit waits for the disk.
_DURABLE = 1.0
#: Events in one statement at most; a backlog after an outage goes in pieces.
_MOST = 2000
#: Bytes of a row, about.
_ROW = 65_536
#: Seconds between attempts while the database is away.
_RETRY = 0.5
#: Seconds after which an attempt hangs, as where a commit waits for a disk that stands still; and those that this
#: process has to see that one came back, where it has stood still itself.
_HANGS = 0.7
_NOTICING = 0.1


class _Written(NamedTuple):
    """Up to which event, and which step, a flush has written a log."""

    event: int
    step: int


class _Commit(NamedTuple):
    """Somebody waits until so much of a run is on the disk."""

    run: Run
    upto: _Written
    done: asyncio.Future[None]


class LogWriter:
    """Owned by the coordinator, which awaits ``run`` in a task of its own."""

    def __init__(self, database: Database, replica: str, followers: Followers) -> None:
        self._database = database
        self._replica = replica
        self._followers = followers
        self._runs: dict[str, Run] = {}
        #: Those that have something to write.
        self._fresh: dict[str, Run] = {}
        self._ending: dict[str, asyncio.Future[None]] = {}
        self._committing: list[_Commit] = []
        self._dirty = asyncio.Event()
        self._urgent = asyncio.Event()
        followers.on_new = self._dirty.set
        #: Told of the threads in which a message waited for an end that is written now.
        self.on_queued: Callable[[Sequence[Place]], None] = lambda _: None
        #: When, by the loop's clock, the first commit was that may not be on the disk yet; None if there is none.
        self._volatile_since: float | None = None
        self._lost_connections = 0
        self._outage = OutageLog(logger, "the event log waits for the database", "the event log is written again")
        #: Since when, by the loop's clock, nothing can be written; None while it can.
        self.stuck_since: float | None = None
        #: Whether the attempt that is under way hangs.
        self.hangs = False

    def add(self, run: Run) -> None:
        """Take care of a run's log from now on."""

        def appended() -> None:
            self._fresh[run.id] = run
            self._dirty.set()

        self._runs[run.id] = run
        run.log.on_append = appended

    async def end(self, run: Run) -> None:
        """Write the rest of the log and the run's status; returns when that is committed.

        A run that is handed over is nobody's then, for the next replica to take.
        """
        self._ending[run.id] = asyncio.get_running_loop().create_future()
        self._dirty.set()
        self._urgent.set()
        await self._ending[run.id]

    async def commit(self, run: Run) -> None:
        """Return when all of the run's log is on the disk.

        Raises:
            CancelledError: the run belongs to another replica, or is over.
        """
        if run.id not in self._runs or run.left:
            raise asyncio.CancelledError
        upto = _Written(run.log.last, run.log.last_step)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._committing.append(_Commit(run, upto, done))
        self._fresh[run.id] = run
        self._dirty.set()
        self._urgent.set()
        await done

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._dirty.wait()
            try:
                async with asyncio.timeout(min(TICK + _TICK_EACH * len(self._runs), _TICK_MOST)):
                    await self._urgent.wait()
            except TimeoutError:
                pass
            self._dirty.clear()
            self._urgent.clear()
            began = asyncio.get_running_loop().time()
            try:
                with self._noting_a_hang():
                    await self._flush()
                self.stuck_since = None
                self._outage.worked()
            except Exception as error:  # noqa: BLE001 - whatever the database met: no log may ever stop being written
                self._outage.failed(error)
                self.stuck_since = self.stuck_since or began
                self._dirty.set()
                await asyncio.sleep(_RETRY)

    @contextmanager
    def _noting_a_hang(self) -> Generator[None]:
        loop = asyncio.get_running_loop()

        def hang() -> None:
            self.hangs = True

        def look_again() -> None:
            nonlocal timer
            timer = loop.call_later(_NOTICING, hang)

        timer = loop.call_later(_HANGS, look_again)
        try:
            yield
        finally:
            timer.cancel()
            self.hangs = False

    async def _flush(self) -> None:
        if not self._fresh and not self._ending and not self._followers.waiting and not self._committing:
            return
        async with self._database.replica() as connection:
            self._rewind()  # now that there is a connection: a crash that it outlived is no crash
            batches, upto = self._batches()
            commits = list(self._committing)
            ended = [end for run_id in self._ending if (end := self._ended(run_id, upto)) is not None]
            finished = [end for end in ended if end.status != RunStatus.HANDED_OVER]
            released = [end.run_id for end in ended if end.status == RunStatus.HANDED_OVER]
            durable = bool(ended or commits) or self._must_be_durable()
            changed = {batch.run_id for batch in batches if batch.events}
            ours, queued = await event_log.flush(
                connection,
                self._replica,
                batches,
                finished,
                touched=[commit.run.id for commit in commits],
                notify=self._followers.messages(changed | {end.run_id for end in ended}),
                durable=durable,
            )
            if released:
                await rows.release(connection, self._replica, released)
        self._followers.written(_single(batches), [end.run_id for end in ended], ours)
        settled = list(self._runs.values())
        self._advance(upto, ended, ours)
        if durable and ours:  # where nothing was written, nothing was waited for either
            self._volatile_since = None
            for run in settled:
                run.log.settle()
        elif batches and self._volatile_since is None:
            self._volatile_since = asyncio.get_running_loop().time()
        del self._committing[: len(commits)]
        self._settle_commits(commits, ours)
        if queued:
            self.on_queued(queued)
        if self._fresh or self._ending or self._committing:
            self._dirty.set()

    def _batches(self) -> tuple[list[Batch], dict[str, _Written]]:
        """What is new, up to as much as one statement takes, and for each run of it how far that goes."""
        batches: list[Batch] = []
        upto: dict[str, _Written] = {}
        room = _MOST
        for run in list(self._fresh.values()):
            log = run.log
            events = log.unwritten(room)
            last = log.written + len(events)
            steps = log.unwritten_steps(last)
            if not events and not steps:
                del self._fresh[run.id]
                continue
            batches += _rows(run.id, log.written + 1, events, steps)
            upto[run.id] = _Written(last, steps[-1].number if steps else log.written_steps)
            room -= len(events)
            if room <= 0:
                break
        return batches, upto

    def _ended(self, run_id: str, upto: Mapping[str, _Written]) -> Ended | None:
        """The end of a run, if what is written now is all of it."""
        run = self._runs[run_id]
        whole = upto[run_id].event == run.log.last if run_id in upto else run.log.is_written
        return Ended(run_id, run.status, run.log.last) if whole else None

    def _advance(self, upto: Mapping[str, _Written], ended: Collection[Ended], ours: Collection[str]) -> None:
        for run_id, written in upto.items():
            log = self._runs[run_id].log
            log.written, log.written_steps = written
            if log.is_written:
                del self._fresh[run_id]
        for run_id in upto.keys() - ours:
            # Taken over while we could not renew it, or deleted with its thread.
            self._runs[run_id].lose()
        for end in ended:
            del self._runs[end.run_id]
            self._fresh.pop(end.run_id, None)
            waiting = self._ending.pop(end.run_id)
            if not waiting.done():  # the waiter is gone where the process is ending
                waiting.set_result(None)

    def _settle_commits(self, commits: Iterable[_Commit], ours: Collection[str]) -> None:
        """Let those go on who waited for a flush, as far as it wrote what they wait for."""
        for commit in commits:
            log = commit.run.log
            if commit.done.done():
                continue  # its waiter is gone
            if commit.run.id not in ours:
                commit.run.lose()
                commit.done.cancel()
            elif commit.upto.event <= log.durable and commit.upto.step <= log.durable_steps:
                commit.done.set_result(None)
            else:  # more than one statement takes
                self._committing.append(commit)
                self._urgent.set()

    def _must_be_durable(self) -> bool:
        if self._database.pooled:
            return True
        since = self._volatile_since
        return since is not None and asyncio.get_running_loop().time() - since >= _DURABLE

    def _rewind(self) -> None:
        """Write again what may have been lost with a connection."""
        if self._lost_connections == self._database.lost_connections:
            return
        self._lost_connections = self._database.lost_connections
        for run in self._runs.values():
            if run.log.rewind():
                self._fresh[run.id] = run


def _single(batches: Iterable[Batch]) -> Iterator[tuple[str, int, bytes]]:
    """Each event as (run id, event id, event)."""
    for batch in batches:
        for number, event in enumerate(batch.events):
            yield batch.run_id, batch.first_id + number, event


def _rows(run_id: str, first: int, events: list[bytes], steps: list[Step]) -> list[Batch]:
    """Consecutive events from the id ``first`` on, as rows of a bounded size; the last of them has the steps."""
    numbered = [(step.number, step.data) for step in steps]
    if sum(map(len, events)) < _ROW:  # nearly always
        return [Batch(run_id, first, events, numbered)]
    batches: list[Batch] = []
    start = size = 0
    for index, event in enumerate(events):
        size += len(event)
        if size >= _ROW or index == len(events) - 1:
            batches.append(Batch(run_id, first + start, events[start : index + 1]))
            start, size = index + 1, 0
    batches[-1] = batches[-1]._replace(steps=numbered)
    return batches
