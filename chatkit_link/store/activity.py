"""Whether anybody needs the database, so that background work can rest while nobody does.

A serverless PostgreSQL suspends itself after some minutes without a query, or without a connection, and is paid for
while it is awake. Whatever a server does on its own, again and again, therefore asks here between two rounds. A use
of the database for a caller wakes it, and so do runs that are executed or followed here.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic

#: Seconds without any use until background work rests: longer than an orphan of another replica takes to be found.
REST_AFTER = 120.0
#: Seconds between two rounds of cleaning meanwhile: what is deleted after a day is deleted within two.
DAY = 86_400.0


class Activity:
    """Of one ``Database``."""

    def __init__(self) -> None:
        self._last = monotonic()
        self._busy: list[Callable[[], bool]] = []
        self._used = asyncio.Event()

    def note(self) -> None:
        """The database is used for a caller, now."""
        self._last = monotonic()
        if not self._used.is_set():
            self._used.set()

    @contextmanager
    def awake_while(self, busy: Callable[[], bool]) -> Generator[None]:
        """Inside the block, nothing rests as long as ``busy()``. Call ``note`` where that begins."""
        self._busy.append(busy)
        try:
            yield
        finally:
            self._busy.remove(busy)

    @property
    def resting(self) -> bool:
        """Whether nobody has needed the database for a while."""
        if any(busy() for busy in self._busy):
            self._last = monotonic()
        return monotonic() - self._last > REST_AFTER

    async def pause(self, seconds: float, *, rest: float = DAY) -> bool:
        """Wait between two rounds, and on while nobody needs the database, ``rest`` seconds at most.

        Returns whether all of that rest was had.
        """
        await asyncio.sleep(seconds)
        return await self.rest(rest)

    async def rest(self, seconds: float | None = None) -> bool:
        """Wait as long as nobody needs the database, ``seconds`` at most; whether all of them were."""
        try:
            async with asyncio.timeout(seconds):
                while self.resting:
                    self._used.clear()
                    await self._used.wait()
        except TimeoutError:
            return True
        return False
