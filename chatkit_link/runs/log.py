"""The event log of one run in memory, on the replica that executes it.

Appending is immediate and never waits, neither for a reader nor for the database: a follower gets an
event at once, and the writer (``writer.py``) makes it durable a few milliseconds later. A follower
reads from any id onwards at its own pace, and costs no more than its place in the list. Events that
are ready together are handed over together, so that they can leave in one send.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple

#: Bytes of a batch, about.
_BATCH = 65_536


class Event(NamedTuple):
    """id: 1, 2, 3 ... within its run. data: one encoded event, opaque here."""

    id: int
    data: bytes


class RunLog:
    """Append-only; ``close`` ends it for every follower once they have read it all."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        #: How many of them are in the database; the writer's.
        self.written = 0
        #: Called at each append; the writer's.
        self.on_append: Callable[[], None] | None = None
        self._closed = False
        self._waiting: list[asyncio.Future[bool]] = []

    def append(self, data: bytes) -> None:
        self.events.append(Event(len(self.events) + 1, data))
        if self.on_append is not None:
            self.on_append()
        self._wake()

    def close(self) -> None:
        self._closed = True
        self._wake()

    async def follow(self, after: int = 0, *, idle_after: float | None = None) -> AsyncIterator[Sequence[Event]]:
        """Everything behind id ``after``, then what comes, until the log is closed.

        Args:
            after: the last id already seen; 0 for the beginning.
            quiet: seconds without an event after which an empty batch is yielded, for a heartbeat.
        """
        while True:
            if batch := self._batch(after):
                after = batch[-1].id
                yield batch
            elif self._closed:
                return
            elif not await self._changed(idle_after):
                yield []

    def _batch(self, after: int) -> Sequence[Event]:
        """What stands behind ``after``, up to a size that a slow reader may cost in memory."""
        end, size = after, 0
        while end < len(self.events) and size < _BATCH:
            size += len(self.events[end].data)
            end += 1
        return self.events[after:end]

    async def _changed(self, idle_after: float | None) -> bool:
        """Wait for the next append or the end; False if nothing came for so many seconds."""
        loop = asyncio.get_running_loop()
        changed: asyncio.Future[bool] = loop.create_future()
        self._waiting.append(changed)
        # asyncio.timeout would cost several times as much, for each event of a slow answer.
        timer = None if idle_after is None else loop.call_later(idle_after, _notify, changed, False)  # noqa: FBT003
        try:
            return await changed
        finally:
            if timer is not None:
                timer.cancel()
            if changed in self._waiting:
                self._waiting.remove(changed)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for changed in waiting:
            _notify(changed, True)  # noqa: FBT003


def _notify(changed: "asyncio.Future[bool]", appended: bool) -> None:
    if not changed.done():
        changed.set_result(appended)
