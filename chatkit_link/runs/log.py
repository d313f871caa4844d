"""The event log of one run in memory, on the replica that executes it.

Appending is immediate and never waits, neither for a reader nor for the database: a follower gets an
event at once, and the writer (``writer.py``) makes it durable a few milliseconds later. A follower
reads from any id onwards at its own pace, and costs no more than its place in the log. Events that
are ready together are handed over together, so that they can leave in one send.

The invariant: an event is here, on the disk of the database, or both. Those that are on the disk leave, but for
the last few; a follower that is further behind reads them from the database. So however long an answer is, its log
is small.

Steps of the run's journal (``journal.py``) stand between events, and are written with them. No follower sees them.

A replica that goes on with a run of another one begins its ids at a new thousand million: it cannot know which ids
the other one had given out. A follower that is at the end of what the other one wrote goes on behind that gap.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import NamedTuple

#: Bytes of a batch, about.
_BATCH = 65_536
#: Bytes of events that stay although they are on the disk: those that most followers are about to read.
_WINDOW = 16_384
#: Ids that each replica which executes or ends a run may give out: the next one begins behind them.
OWN_IDS = 1_000_000_000


class Event(NamedTuple):
    """id: 1, 2, 3 ... within its run. data: one encoded event, opaque here."""

    id: int
    data: bytes


class Step(NamedTuple):
    """number: 1, 2, 3 ... within its replica's log. behind: the id of the event before it. data: opaque here."""

    number: int
    behind: int
    data: bytes


class RunLog:
    """Append-only; ``close`` ends it for every follower once they have read it all."""

    def __init__(self, *, generation: int = 0, earlier: int = 0) -> None:
        """
        Args:
            generation: how often the run was taken over.
            earlier: the last id that the replicas before have written.
        """
        self._earlier = earlier
        self._first = generation * OWN_IDS
        self._most = self._first + OWN_IDS
        #: The id of the newest event, and the number of the newest step.
        self.last = self._first
        self.last_step = 0
        #: Up to which event they are in the database, and on its disk; the writer's. The same of the steps.
        self.written = self.durable = self._first
        self.written_steps = 0
        self.durable_steps = 0
        #: Called at each append; the writer's.
        self.on_append: Callable[[], None] | None = None
        #: Given an id, reads the next few events behind it that are no longer here; the coordinator's.
        self.read_stored: Callable[[int], Awaitable[Sequence[Event]]] | None = None
        self._events: list[bytes] = []
        #: The id of the last event that is no longer here.
        self._gone = self._first
        self._size = 0
        #: Those that are not on the disk.
        self._steps: list[Step] = []
        self._closed = False
        self._followers: set[_Follower] = set()

    def append(self, data: bytes) -> None:
        """Raises OverflowError for the first event beyond a thousand million."""
        if self.last == self._most:
            raise OverflowError("a run can have no more events")
        self.last += 1
        self._events.append(data)
        self._size += len(data)
        if self.on_append is not None:
            self.on_append()
        for follower in self._followers:
            follower.wake()

    def append_step(self, data: bytes) -> None:
        """Behind the newest event."""
        self.last_step += 1
        self._steps.append(Step(self.last_step, self.last, data))
        if self.on_append is not None:
            self.on_append()

    def close(self) -> None:
        self._closed = True
        for follower in self._followers:
            follower.wake()

    def unwritten(self, most: int) -> list[bytes]:
        """The first so many events behind ``written``."""
        start = self.written - self._gone
        return self._events[start : start + most]

    def unwritten_steps(self, upto: int) -> list[Step]:
        """The steps behind those that are written, up to the event with this id."""
        if not self._steps:  # nearly always
            return []
        return [step for step in self._steps if step.number > self.written_steps and step.behind <= upto]

    @property
    def is_written(self) -> bool:
        return self.written == self.last and self.written_steps == self.last_step

    def settle(self) -> None:
        """All that is written is on the disk: let go of what is behind the window."""
        self.durable = self.written
        if self._steps:
            self.durable_steps = self.written_steps
            self._steps = [step for step in self._steps if step.number > self.durable_steps]
        size, count = self._size, 0
        most = self.durable - self._gone
        while count < most and size > _WINDOW:
            size -= len(self._events[count])
            count += 1
        if count:
            self._size = size
            self._gone += count
            del self._events[:count]

    def rewind(self) -> bool:
        """What is not on the disk may be lost, and is written again; whether there is any."""
        lost = self.written != self.durable or self.written_steps != self.durable_steps
        self.written, self.written_steps = self.durable, self.durable_steps
        return lost

    async def follow(self, after: int = 0, *, idle_after: float | None = None) -> AsyncIterator[Sequence[Event]]:
        """Everything behind id ``after``, then what comes, until the log is closed.

        Args:
            after: the last id already seen; 0 for the beginning.
            idle_after: seconds without an event after which an empty batch is yielded, for a heartbeat.
        """
        follower = _Follower(idle_after)
        self._followers.add(follower)
        try:
            while True:
                if self._earlier <= after < self._first:
                    after = self._first
                if after >= self.last:
                    if self._closed:
                        return
                    if not await follower.changed():
                        yield []
                    continue
                if after < self._gone and self.read_stored is not None:
                    batch = await self.read_stored(after)
                else:
                    batch = self._batch(after)
                if batch:
                    after = batch[-1].id
                elif self._closed:
                    return
                yield batch
        finally:
            self._followers.discard(follower)
            follower.close()

    def _batch(self, after: int) -> Sequence[Event]:
        """What stands behind ``after``, up to a size that a slow reader may cost in memory."""
        first = max(after, self._gone)
        if first == self.last - 1:  # nearly always
            return (Event(self.last, self._events[-1]),)
        batch: list[Event] = []
        size = 0
        for number in range(first, self.last):
            data = self._events[number - self.last]
            batch.append(Event(number + 1, data))
            size += len(data)
            if size >= _BATCH:
                break
        return batch


class _Follower:
    """One follower's waiting. Its timer outlives most of its waits: to set one for each event would cost more."""

    def __init__(self, idle_after: float | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._idle_after = idle_after
        self._changed: asyncio.Future[bool] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._since = 0.0

    def changed(self) -> "asyncio.Future[bool]":
        """Done with the next append or the end; False if nothing came for ``idle_after`` seconds."""
        self._changed = self._loop.create_future()
        if self._idle_after is not None:
            self._since = self._loop.time()
            if self._timer is None:
                self._timer = self._loop.call_later(self._idle_after, self._look)
        return self._changed

    def wake(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(True)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        if self._idle_after is None or self._changed is None or self._changed.done():
            return
        rest = self._since + self._idle_after - self._loop.time()
        if rest > 0:
            self._timer = self._loop.call_later(rest, self._look)
        else:
            self._changed.set_result(False)
