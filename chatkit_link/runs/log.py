"""The event log of one run in memory, on the replica that executes it.

Appending is immediate and never waits, neither for a reader nor for the database: a follower gets an
event at once, and the writer (``writer.py``) makes it durable a few milliseconds later. A follower
reads from any id onwards at its own pace, and costs no more than its place in the list. Events that
are ready together are handed over together, so that they can leave in one send.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

#: Bytes of a batch, about.
_BATCH = 65_536


@dataclass(frozen=True, slots=True)
class Event:
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
        self._changed = asyncio.Event()

    def append(self, data: bytes) -> None:
        self.events.append(Event(len(self.events) + 1, data))
        if self.on_append is not None:
            self.on_append()
        self._wake()

    def close(self) -> None:
        self._closed = True
        self._wake()

    async def follow(self, after: int = 0, *, quiet: float | None = None) -> AsyncIterator[Sequence[Event]]:
        """Everything behind id ``after``, then what comes, until the log is closed.

        Args:
            after: the last id already seen; 0 for the beginning.
            quiet: seconds of silence after which an empty batch is yielded, for a heartbeat.
        """
        while True:
            changed = self._changed
            if batch := self._batch(after):
                after = batch[-1].id
                yield batch
                continue
            if self._closed:
                return
            try:
                async with asyncio.timeout(quiet):
                    await changed.wait()
            except TimeoutError:
                yield []

    def _batch(self, after: int) -> Sequence[Event]:
        """What stands behind ``after``, up to a size that a slow reader may cost in memory."""
        end, size = after, 0
        while end < len(self.events) and size < _BATCH:
            size += len(self.events[end].data)
            end += 1
        return self.events[after:end]

    def _wake(self) -> None:
        # A fresh flag for the next wait: every follower holds the one it saw before it looked.
        self._changed.set()
        self._changed = asyncio.Event()
