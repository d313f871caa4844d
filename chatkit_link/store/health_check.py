"""Whether the database can be used right now, for ``/ready`` and for requests that are about to begin."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg  # pyright: ignore[reportMissingTypeStubs]

from chatkit_link.store.outages import DatabaseUnavailable, Outage
from chatkit_link.translations import Localized

logger = logging.getLogger(__name__)

#: Seconds that ``ping`` may take.
_PING = 1.0
#: Seconds for which a server that lacked something counts as one that still does.
_LACKING = 3.0
#: Seconds in which the log has one line about errors of the same SQLSTATE.
_NOTED = 10.0


class HealthCheck:
    """Asks the database, and remembers what its statements met lately."""

    def __init__(self, reads_only: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        """reads_only: asks the server whether it refuses to write; may take longer than ``ping`` does."""
        self._reads_only = reads_only
        self._pinging: asyncio.Task[bool] | None = None
        #: When the server last lacked something, by ``time.monotonic``.
        self._lacked_at = -_LACKING
        #: SQLSTATE -> when the log last had a line about it, by ``time.monotonic``.
        self._noted_at: dict[str, float] = {}

    @property
    def is_lacking(self) -> bool:
        """Whether the server has lately lacked something, such as space on its disk."""
        return time.monotonic() - self._lacked_at < _LACKING

    async def ping(self) -> None:
        """Ask the server for a sign of life.

        Raises:
            DatabaseUnavailable: within a second, while it cannot be reached or stores nothing.
        """
        pinging = self._pinging  # shared; the next one may begin before all who wait for this one have heard
        if pinging is None or pinging.done():
            pinging = self._pinging = asyncio.create_task(self._reads_only())
            pinging.add_done_callback(_retrieve)
        done, _ = await asyncio.wait({pinging}, timeout=_PING)  # it may stand still for longer than it may take
        if not done:
            raise DatabaseUnavailable(Localized("database_timeout"))
        if pinging.result():
            raise DatabaseUnavailable("The database is read-only, as during a failover.")
        if self.is_lacking:
            raise DatabaseUnavailable("The database server lacks space, memory or connections. The log has the rest.")

    def note(self, outage: Outage, error: BaseException, *, is_users: bool) -> None:
        """Have ``ping`` report what a statement met, and log its SQLSTATE, again only after a while.

        is_users: a user's statement met it. One that asks for too much memory, or meets a damaged file, says nothing
            about the server: where the server lacks something, so do its own statements. A full disk is everybody's.
        """
        state = getattr(error, "sqlstate", None) or "-"
        if time.monotonic() - self._noted_at.get(state, -_NOTED) > _NOTED:
            self._noted_at[state] = time.monotonic()
            logger.warning("the database refused a statement: %s (SQLSTATE %s)", type(error).__name__, state)
        if outage is Outage.FULL and (not is_users or isinstance(error, asyncpg.DiskFullError)):
            self._lacked_at = time.monotonic()

    async def close(self) -> None:
        """End a ping that still waits for its answer."""
        if self._pinging is not None:
            self._pinging.cancel()
            await asyncio.gather(self._pinging, return_exceptions=True)


def _retrieve(task: "asyncio.Task[bool]") -> None:
    """Look at the end of a task that perhaps nobody waits for any more."""
    if not task.cancelled():
        task.exception()
