"""Begins what waits for the end of an answer, on whichever replica has ended it.

How it flows: the statement that ends a run reports whether something waits in its thread (``store/event_log.py``), and
the application is asked to begin that (``Begin``). It claims the thread as a request does, so of two replicas that try,
one succeeds. Where the replica dies in between, another one finds the thread with its next look (``recovery.py``): it
has something that waits, and no running run. Nothing is asked for where nothing waits.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from chatkit_link.store import queue
from chatkit_link.store.engine import Database
from chatkit_link.store.event_log import Place
from chatkit_link.store.patience import PASSING

logger = logging.getLogger(__name__)

#: Begins what is next in a thread. False: it cannot be begun yet, and is tried again in a while.
Begin = Callable[[Place], Awaitable[bool]]

#: Seconds before a thread is tried again.
_PAUSE = 1.0


class QueueStarter:
    """Owned by the coordinator. begin: ``None`` until the application gives one."""

    def __init__(self, database: Database, stopping: Callable[[], bool]) -> None:
        """stopping: whether this replica stops, and leaves the rest to the others."""
        self.begin: Begin | None = None
        self._database = database
        self._stopping = stopping
        self._tasks: dict[Place, asyncio.Task[None]] = {}
        #: Threads of which something ended while one of these tasks looked at them.
        self._again: set[Place] = set()
        #: Threads in which nothing could be begun -> until when they are left alone.
        self._left: dict[Place, float] = {}

    async def look(self) -> None:
        """Begin what waits in threads without a running run."""
        self.notice(await queue.find_waiting(self._database))

    def notice(self, places: Iterable[Place]) -> None:
        """In these threads something waits, and no run is running, as far as is known."""
        present = asyncio.get_running_loop().time()
        self._left = {place: until for place, until in self._left.items() if until > present}
        for place in places:
            if self.begin is None or self._stopping():
                return
            if place in self._tasks:
                self._again.add(place)
            elif place not in self._left:
                self._tasks[place] = asyncio.create_task(self._begin(self.begin, place), name="queue")

    async def close(self) -> None:
        """Stop; what is not begun yet is left to the others, or to the next start."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self, begin: Begin, place: Place) -> None:
        try:
            while True:
                self._again.discard(place)
                if not await self._tried(begin, place):
                    self._left[place] = asyncio.get_running_loop().time() + _PAUSE
                    return
                if place not in self._again:
                    return
        finally:
            self._again.discard(place)
            del self._tasks[place]

    async def _tried(self, begin: Begin, place: Place) -> bool:
        try:
            return await begin(place)
        except PASSING as error:  # the database is away
            logger.debug("what waits in thread %s is begun later: %s", place.thread_id, error)
        except Exception:
            logger.exception("what waits in thread %s could not be begun; it will be tried again", place.thread_id)
        return False
