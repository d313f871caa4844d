"""The background tasks beside the runs: the writer, the listener, the recovery and the renewal of leases.

Each of them handles database errors by itself. A bug of ours must not stop one for good unnoticed: a task that
fails is logged with its trace and restarted, and for a while the replica reports that it is not ready.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

#: Seconds before a task that failed is restarted.
_RESTART_DELAY = 1.0
#: Seconds after its last failure until a task counts as healthy: one that fails at each start never does.
_HEALTHY_AFTER = 30.0


class Supervisor:
    """Owned by the coordinator."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._last_failure: dict[str, float] = {}

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run ``work`` until ``stop``, again whenever it fails. name: for the log, such as "the writer"."""
        self._tasks.append(asyncio.create_task(self._keep(name, work), name=name))

    async def _keep(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            try:
                return await work()
            except Exception:
                logger.exception("%s failed and is restarted", name)
            self._last_failure[name] = clock()
            await asyncio.sleep(_RESTART_DELAY)

    @property
    def unhealthy(self) -> list[str]:
        """The names of the tasks that failed lately."""
        now = asyncio.get_running_loop().time()
        return [name for name, when in self._last_failure.items() if now - when < _HEALTHY_AFTER]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
