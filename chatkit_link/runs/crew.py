"""The tasks that work beside the runs: one writes, one listens, one recovers, one renews.

Each of them expects what a database does to its callers and goes on by itself. What none of them expects
is a mistake of ours, and that must not end the writing for good without a word: a task that breaks down is
logged with its trace, begun again, and for a while the replica says that it is not ready.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

#: Seconds before a task that broke down is begun again.
_AGAIN = 1.0
#: Seconds after its last breakdown until a task counts as sound: one that breaks down at each start never does.
_SOUND = 30.0


class Crew:
    """Owned by the coordinator."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._broke: dict[str, float] = {}

    def begin(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do this until the end. name: "the writer", for those who read the log."""
        self._tasks.append(asyncio.create_task(self._keep(name, work), name=name))

    async def _keep(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            try:
                return await work()
            except Exception:
                logger.exception("%s broke down and is begun again", name)
            self._broke[name] = clock()
            await asyncio.sleep(_AGAIN)

    @property
    def unsound(self) -> list[str]:
        """Who broke down lately."""
        now = asyncio.get_running_loop().time()
        return [name for name, when in self._broke.items() if now - when < _SOUND]

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
